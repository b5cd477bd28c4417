-- States: a contact enters one and leaves another; router/core/states.py says what each means.

local arm, disarm = deadlines.arm, deadlines.disarm
local is_text = agents.is_text

-- The deadline of the state it is in comes in so many ms.
function states.lasts(c, ms)
  c['until'] = ctx.now + ms
  arm(STATES[c.state].timer, c.id, c['until'])
end

-- It is in this state from now on: the deadlines of the one it leaves are off, the new one's own comes
-- in so many ms. A text that lies in somebody's hands untouched has one of its own.
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
