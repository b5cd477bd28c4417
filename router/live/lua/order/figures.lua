-- Figures: what an answer or an end counts as in the counts of the day. The rule is that of
-- router/core/figures.py, which counts the same once more from the facts that go into the event
-- (`holdfast recount`).

local has, num = values.has, values.num
local count = events.count

local function told(c, facts)
  facts.severity = c.severity
  facts.ours = c.dir == 'out' or nil
  facts.promised = has(c.callback) and true or nil
  facts.closed = not facts.ours and c.after_hours == true and c.severity > 1 or nil -- an S1 finds none closed
  return facts
end

-- facts: of this contact, as told. Calls that came in closed hours are a row of their own.
local function add(c, facts, word) count(c, facts.closed and 'closed_' .. word or word) end

local function in_time(c) return ctx.now <= num(c.answer_by, ctx.now) end

function figures.queued(c)
  local facts = told(c, {})
  if not facts.ours then add(c, facts, 'queued') end
  return facts
end

-- For the first time. by_machine: at a number outside that asks for no key, so nobody said that they have it.
function figures.answered(c, by_machine)
  local facts = told(c, { in_target = in_time(c), by_machine = by_machine or nil })
  if facts.ours then
    if facts.promised then add(c, facts, 'kept') end
  elseif by_machine then
    add(c, facts, 'left')
  else
    add(c, facts, 'answered')
    if facts.in_target then add(c, facts, 'in_target') end
  end
  return facts
end

-- Before it leaves its last state. Of one that was answered nothing more counts.
function figures.ended(c, outcome, cause)
  local facts = told(c, { answered = has(c.answered_at) and true or nil })
  if facts.answered then return facts end
  if facts.ours then
    local of = facts.promised and c.callback
    local counts = of and not (c.with_us and num(of.busy, 0) < FIGURES.busy_free) -- as a try
    facts.last = counts and (num(of.tried, 1) >= num(of.tries, 1) or cause == 'unclear') or nil
    if outcome == 'not_reached' and facts.last then add(c, facts, 'unreached') end
    return facts
  end
  facts.waited_ms = has(c.queued_at) and math.max(0, ctx.now - c.queued_at) or nil
  facts.in_target = in_time(c)
  facts.outside = c.state == State.OUTSIDE or nil
  local word = FIGURES.endings[outcome]
  if word == 'abandoned' then
    if facts.outside then word = 'left' elseif not facts.waited_ms then word = nil end -- in the menu
  end
  if not word then return facts end
  add(c, facts, word)
  if word == 'abandoned' then
    if facts.in_target then add(c, facts, 'abandoned_in_target') end
    if facts.waited_ms <= FIGURES.short_ms then add(c, facts, 'short') end
  end
  return facts
end
