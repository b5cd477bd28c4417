-- Handed: whoever hands a call on has the time of its wrap-up for their notes, as after any call. The call is
-- no longer theirs, so the time is the agent's own: a.handed (which call), a.handed_at, a.handed_until.

local has, num = values.has, values.num
local agent = records.agent
local fire = deadlines.fire
local event = events.add
local mutation, no = entry.mutation, entry.no

-- Texts have no wrap-up.
moments.handed_on.at(function(c, a)
  if c.channel ~= 'voice' then return end
  a.handed, a.handed_at, a.handed_until = c.id, ctx.now, ctx.now + num(c.wrapup_ms, 30000)
  agent_timers.arm(a, 'handed')
end)

-- A wrap-up as any other.
moments.load.at(function(a, load)
  if load.voice or load.wrap or not has(a.handed_until) then return end
  load.wrap = { state = State.WRAPUP, state_at = a.handed_at, ['until'] = a.handed_until }
  load.used = load.used + ctx.cfg.units_voice
end)

local function over(a)
  if not has(a.handed_until) then return end
  a.handed, a.handed_at, a.handed_until = nil, nil, nil
  agent_timers.arm(a, 'handed')
end

moments.work_begins.at(over)
moments.desk_left.at(over)
moments.busy_by_agent.at(function(a, busy)
  if has(a.handed_until) then busy[a.id] = true end
end)

local function done(a)
  over(a)
  a.idle_since = ctx.now
  life.resume(a)
  agents.settle(a)
  event('agent.handed_done', nil, { agent = a.id })
end

-- Not taken where they sent it: the call comes back to them, and so they are free for it.
moments.comes_back.at(function(c, id)
  local a = agent(id)
  if a and has(a.handed) and a.handed == c.id then done(a) end
end)

function fire.handed(id)
  local a = agent(id)
  if a and has(a.handed_until) then done(a) end
end

-- takes: agent
-- refuses: too_late
mutation('handed_done', function(req)
  local a = agent(req.agent)
  if not a or not has(a.handed_until) then return no('too_late', 'no_wrapup') end
  done(a)
  return { ok = true }
end)
