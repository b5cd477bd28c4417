-- Reason: why it rings for these agents and not for others, written in the step that decides. It holds facts
-- only: the words are in router/core/reasons.py and, for the pages, in static/reasons.js.

local has, num = values.has, values.num
local agent = records.agent
local tier = ladder.tier
local is_text = agents.is_text

-- What spoke for one of the agents found. one: { id, cost, displaces, named }; for an agent whom a person
-- chose, also { why = how, by = account, by_name }: then nobody was compared.
function reasons.of(c, one)
  if one.why then return { cost = one.cost, why = one.why, by = one.by, by_name = one.by_name } end
  local needs = ladder.step(c).required
  return { cost = one.cost, step = num(c.step, 0), needs = next(needs) and needs or nil, named = one.named,
    displaces = one.displaces == 1 or nil }
end

-- The cause under which somebody in a pool counts (cause_of in agents.lua).
local STANDS = {}
local function stands(bucket)
  local cause = STANDS[bucket]
  if not cause then
    local base = string.sub(bucket, 2, 2)
    if base == '5' or base == '6' then cause = 'paused'
    elseif string.find(bucket, '+', 1, true) then cause = 'ringing'
    else cause = base == '0' and 'free' or base == '4' and 'wrapup' or 'texts' end
    STANDS[bucket] = cause
  end
  return cause
end

-- The same for one of a restricted incident: each pair is asked about, there are few such contacts.
local function not_listed(c)
  local many, rung = {}, {}
  for _, id in ipairs(has(c.offer) and c.offer.agents or {}) do rung[id] = true end
  for id, at in pairs(ctx.kept.at) do
    local a = at.cause and not rung[id] and agent(id)
    if a then
      local cost, cause = agents.may(c, a)
      if cost then
        cause = waiting.cooling(c, id) and 'cooling' or c.sticky_for and c.sticky_for ~= id and 'sticky'
          or not candidates.reserve_allows(c, cost, 0, a.floor) and 'reserve'
          or waiting.passed_over(c, id) and 'passed_over' or nil
      end
      if cause then many[cause] = (many[cause] or 0) + 1 end
    end
  end
  return next(many) and many or nil
end

-- How many agents each cause keeps from it, each agent counted under the first cause in the order of
-- explain.py: those kept by what they do, less those of them who could take it anyway, who then count as held
-- back or not.
local function excluded(c, rank)
  if has(c.only) then return not_listed(c) end
  local kept = ctx.kept
  local many, t, voice = {}, tier(c), not is_text(c)
  local function tally(cause, n) many[cause] = (many[cause] or 0) + n end
  local function under(cause)
    local mute = string.match(cause, '^(.*)!$')
    if voice and mute then return 'no_sound' end
    cause = mute or cause
    if cause == 's1_text' and (voice or c.severity < 3) then cause = 'texts' end
    return cause == 'texts' and not voice and 'full' or cause
  end
  local open = {}
  for _, level in ipairs(candidates.levels(c, ladder.step(c))) do
    for _, bucket in ipairs(level[3]) do
      if (kept.live[bucket] or 0) > 0 then open[#open + 1] = { bucket, level[1], level[2] } end
    end
  end
  local skilled = 0
  for _, near in ipairs(rank) do
    local profile = near.profile
    for cause, n in pairs(profile.causes) do
      if n > 0 and cause ~= 'lost' then
        skilled = skilled + n
        tally(t < profile.floor and 'training' or t > profile.ceiling and 'shift' or under(cause), n)
      end
    end
    for i = 1, t >= profile.floor and t <= profile.ceiling and #open or 0 do
      local bucket, pool = open[i][1], profile.pools[open[i][1]]
      if pool and pool.n > 0 then
        tally(under(stands(bucket)), -pool.n)
        if c.sticky_for then tally('sticky', pool.n)
        elseif not candidates.reserve_allows(c, open[i][2], open[i][3], profile.floor) then
          tally('reserve', pool.n)
        end
      end
    end
  end
  tally('skills', kept.causes.all - kept.causes.lost - skilled)
  tally('lost', kept.causes.lost)
  local function could(id, cause)
    local a = agent(id)
    if not a then return end
    local cost, displaces = agents.may(c, a)
    if not cost then return end
    local back = nil
    if c.sticky_for then back = id ~= c.sticky_for and 'sticky' or nil
    elseif not candidates.reserve_allows(c, cost, displaces, a.floor) then back = 'reserve' end
    if back and cause ~= 'cooling' then return end
    if back then tally(back, -1) end
    tally(cause, 1)
  end
  for id in pairs(c.cooling or {}) do could(id, 'cooling') end
  for id in pairs(c.passed_over or {}) do
    if not waiting.cooling(c, id) then could(id, 'passed_over') end
  end
  for id in pairs(has(c.refusals) and c.refusals or {}) do
    local a = waiting.given_up(c, id) and ladder.step(c).supervisors and agent(id)
    local spots = a and not a.choice.ready and kept.at[id].spots or ''
    if string.find(spots, voice and 'v' or 't', 1, true) then tally('paused', 1) end
  end
  if c.sticky_for then
    local a = agent(c.sticky_for)
    if a and agents.may(c, a) then tally('sticky', -1) end
  end
  for _, id in ipairs(has(c.offer) and c.offer.agents or {}) do -- the other agents of its round
    tally(under(kept.at[id].cause), -1)
  end
  for cause, n in pairs(many) do
    if n == 0 then many[cause] = nil end
  end
  return next(many) and many or nil
end

-- chosen: the agents it rings for, and why each (reasons.of); next: the best three after them. Nobody was
-- compared if a person chose by name.
function reasons.write(c, found, taken)
  local nexts = {}
  for i = taken + 1, math.min(#found, taken + 3) do
    nexts[#nexts + 1] = { agent = found[i].id, cost = found[i].cost }
  end
  local before = has(c.offer) and c.reason and c.reason.chosen or {}
  return { step = num(c.step, 0), chosen = before, next = #nexts > 0 and nexts or nil,
    excluded = found.rank and excluded(c, found.rank) or nil }
end
