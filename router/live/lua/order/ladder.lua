-- Ladder: what a contact needs as time passes, its place, its promotion, and how long it is sticky.
--
-- A ladder is one string, made by router/core/ladder.py: steps joined by '|', each
-- needs@milliseconds, the last without an end: 'vet=3@5000|vet=1@10000|@'. A '*' at the end of a
-- step lets supervisors on duty in, '!' asks for the number outside. A need of level 0 only ranks: whoever
-- has it comes first. 'es?1' is a need that becomes one of level 0 when nobody on duty has it.

local has, num = values.has, values.num
local arm, disarm = deadlines.arm, deadlines.disarm
local event = events.add
local touch = records.touch

ladder.TIER = 1e13
local function tier(c) return math.floor(c.score / ladder.TIER) end
ladder.tier = tier

local LADDERS = {} -- parsed, by string
local ladders = 0
local NO_LADDER = '@'

function ladder.parse_needs(text)
  local needs = {}
  for name, level in string.gmatch(text, '([^=?,]+)[=?](%d+)') do needs[name] = tonumber(level) end
  return needs
end

-- Without those that only rank: what people are told that it needs.
local function required(needs)
  local found = {}
  for name, level in pairs(needs) do
    if level > 0 then found[name] = level end
  end
  return found
end

local NEEDS = {} -- parsed, by signature
function ladder.needs_of(sig)
  if not NEEDS[sig] then NEEDS[sig] = ladder.parse_needs(sig) end
  return NEEDS[sig]
end

function ladder.of(c)
  local text = c.ladder or NO_LADDER
  local steps = LADDERS[text]
  if steps then return steps end
  steps = {}
  local from = 0
  for sig, ms, flags in string.gmatch(text .. '|', '([^@|]*)@(%d*)([*!]*)|') do
    local needs = ladder.needs_of(sig)
    steps[#steps + 1] = { sig = sig, needs = needs, required = required(needs), from = from,
      asks = string.find(sig, '?', 1, true) ~= nil,
      supervisors = string.find(flags, '*', 1, true) ~= nil,
      overflow = string.find(flags, '!', 1, true) ~= nil }
    from = from + (tonumber(ms) or 0)
    if ms == '' then break end
  end
  if ladders > 2000 then LADDERS, ladders = {}, 0 end
  LADDERS[text], ladders = steps, ladders + 1
  return steps
end

-- Runs while the contact waits; otherwise it stands still.
function ladder.time(c)
  return num(c.ladder_ms, 0) + (has(c.ladder_from) and ctx.now - c.ladder_from or 0)
end

function ladder.step(c) return ladder.of(c)[num(c.step, 0) + 1] end

function ladder.next_need(c)
  local steps, spent = ladder.of(c), ladder.time(c)
  local at = 1
  while steps[at + 1] and steps[at + 1].from <= spent do at = at + 1 end
  if at - 1 ~= num(c.step, -1) then
    c.step, c.needs = at - 1, steps[at].required
  end
  outside.overflowed(c, steps[at], steps[#steps])
  if steps[at + 1] and has(c.ladder_from) then
    arm('step', c.id, c.ladder_from + steps[at + 1].from - num(c.ladder_ms, 0))
  else
    disarm('step', c.id)
  end
end

-- A promised call waits longer for whom it is named for: nobody is on its line.
function ladder.sticky_ms(c)
  local promised = has(c.callback) and offers.uncalled(c)
  return num(ctx.cfg[(promised and 'owner_s' or 'sticky_s') .. c.severity], 0)
end

-- Happens once: a contact of the last tier that has waited its promise continues as if it were an S2 that
-- came now.
function ladder.age(c)
  if tier(c) < 2 or has(c.promoted_at) or not has(c.promote_at) then
    disarm('promote', c.id)
    return false
  end
  if c.promote_at > ctx.now then
    arm('promote', c.id, c.promote_at)
    return false
  end
  disarm('promote', c.id)
  c.promoted_at = ctx.now
  c.score = ladder.TIER + ctx.now + num(c.promote_ms, 0)
  event('contact.promoted', c, { why = 'aged' })
  return true
end

-- The next step has come, or what is asked for now has changed: more people may take it.
function ladder.widen(c, cause)
  ladder.next_need(c)
  touch(c)
  local needs = ladder.step(c).required
  event('contact.widened', c, { step = c.step, needs = next(needs) and needs or nil, cause = cause })
  waiting.replace(c)
end

-- Nobody on duty has all that is asked for (c.asks, the last of them first): from now on it only ranks. Its
-- ladder time runs on. there: whether somebody meets these needs.
function ladder.ask_less(c, there)
  local names, text, step = {}, c.ladder, nil
  for name in string.gmatch(c.asks or '', '[^,]+') do names[#names + 1] = name end
  for i = #names, 0, -1 do
    text = string.gsub(text, '([^=?,|@*!]+)%?%d+', function(name)
      return ((i == 0 or name == names[i]) and name .. '=0') or nil
    end)
    step = ladder.of({ ladder = text })[num(c.step, 0) + 1]
    if not step.asks or there(step.sig) then break end
  end
  c.ladder, c.step = text, nil
  ladder.widen(c, 'nobody_has_it')
end

-- Its last step, while it stands still.
function ladder.last(c)
  local steps = ladder.of(c)
  c.step, c.needs = #steps - 1, steps[#steps].required
end

-- Nobody ready may take it: an S1 goes at once to the step that rings for everybody at a desk. No promised
-- call: nobody is on its line.
function ladder.hurry(c)
  local steps, at = ladder.of(c), num(c.step, 0) + 2
  while steps[at] and not steps[at].supervisors do at = at + 1 end
  if not steps[at] or ladder.step(c).supervisors or offers.uncalled(c) then return false end
  c.ladder_ms, c.ladder_from = steps[at].from, ctx.now
  ladder.widen(c)
  return true
end

-- From here on the ladder runs.
function ladder.run(c)
  if not has(c.ladder_from) then c.ladder_from = ctx.now end
  ladder.next_need(c)
  ladder.age(c)
end

function ladder.stand(c)
  c.ladder_ms = ladder.time(c)
  c.ladder_from = nil
  disarm('step', c.id)
  disarm('sticky', c.id)
  disarm('promote', c.id)
end
