-- Deadlines of agents, as AGENT_TIMERS (router/core/states.py) names them. When each is due follows from the
-- agent's record alone; a step that changes what a deadline depends on arms it here.

local has, num = values.has, values.num
local arm, disarm = deadlines.arm, deadlines.disarm

-- By kind: when it is due, if no column says it. A part may add its own, beside its `fire`.
agent_timers.rules = {}

-- Their ceiling changes: due at once if it differs from what the hour says.
function agent_timers.rules.shift(a)
  if a.presence == 'offline' or not has(a.shift_from) or not has(a.shift_to) then return nil end
  if has(a.ceiling) ~= has(life.ceiling(a.shift_from, a.shift_to)) then return ctx.now end
  if ctx.now >= a.shift_to then return nil end
  return ctx.now < a.shift_from and a.shift_from or a.shift_to
end

-- When it is due for them as they are now; nil = it is off.
function agent_timers.moment(a, kind)
  local row = AGENT_TIMERS[kind]
  if row.presence and a.presence ~= row.presence then return nil end
  if row.at then return num(a[row.at]) end
  if not row.lasts then return agent_timers.rules[kind](a) end
  local ms = num(ctx.cfg[row.lasts], 0)
  return ms > 0 and ctx.now + ms or nil
end

-- What this deadline depends on has changed, or it starts again.
function agent_timers.arm(a, kind)
  local at = agent_timers.moment(a, kind)
  if at then arm(kind, a.id, at) else disarm(kind, a.id) end
end

-- They came online or were lost.
function agent_timers.arm_all(a)
  for kind in pairs(AGENT_TIMERS) do agent_timers.arm(a, kind) end
end

-- They are away for good.
function agent_timers.disarm_all(a)
  for kind in pairs(AGENT_TIMERS) do disarm(kind, a.id) end
end

-- In a rebuilt index, deadlines that do not outlive the old one are dropped; the others go on.
function agent_timers.go_on(a)
  for _, row in pairs(AGENT_TIMERS) do
    if row.at and not row.outlives then a[row.at] = nil end
  end
  for kind, row in pairs(AGENT_TIMERS) do
    if row.outlives then agent_timers.arm(a, kind) end
  end
end
