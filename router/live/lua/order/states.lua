-- States: a contact leaves one and enters another; router/core/states.py says what each means.

local arm, disarm = deadlines.arm, deadlines.disarm
local is_text = agents.is_text

-- The deadline of its present state is due in this many ms.
function states.lasts(c, ms)
  c['until'] = ctx.now + ms
  arm(STATES[c.state].timer, c.id, c['until'])
end

-- From now on it is in this state: the deadlines of the state it leaves are off, and the new state's own is
-- due in this many ms. A text that somebody has in hand but does not touch has a deadline of its own.
function states.enter(c, state, ms)
  local from, to = STATES[c.state], STATES[state]
  if from.timer and from.timer ~= to.timer then disarm(from.timer, c.id) end
  if is_text(c) and from.idle ~= to.idle then
    if from.idle then disarm(from.idle, c.id) end
    if to.idle then arm(to.idle, c.id, ctx.now + ctx.cfg[to.idle]) end
  end
  c.state, c.state_at, c['until'] = state, ctx.now, nil
  if ms then states.lasts(c, ms) end
end
