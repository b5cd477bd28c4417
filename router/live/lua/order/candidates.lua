-- Candidates: the agents who may take a contact, best first; and the first waiting contact that an agent may
-- take.

local has, key, num = values.has, values.key, values.num
local agent, contact = records.agent, records.contact
local event = events.add
local tier = ladder.tier
local is_text = agents.is_text

local function less(x, y)
  for i = 1, #x do
    if x[i] ~= y[i] then return x[i] < y[i] end
  end
  return false
end

-- Profiles that satisfy some needs, nearest first: (how many that only rank they lack, surplus of level,
-- number of other skills).
function candidates.ranked(step)
  local kept = ctx.kept
  local rank = kept.rank[step.sig]
  if rank and rank.n == kept.profile_n then return rank end
  rank = { n = kept.profile_n }
  for text, profile in pairs(kept.profiles) do
    if agents.satisfies(profile.skills, step.needs) then
      local lacks, surplus, others = 0, 0, 0
      for name, level in pairs(profile.skills) do
        local least = step.needs[name]
        if not least then others = others + 1
        elseif least > 0 then surplus = surplus + level - least end
      end
      for name, least in pairs(step.needs) do
        if least == 0 and not profile.skills[name] then lacks = lacks + 1 end
      end
      rank[#rank + 1] = { profile = profile, lacks = lacks, surplus = surplus, others = others, text = text }
    end
  end
  table.sort(rank, function(x, y)
    return less({ x.lacks, x.surplus, x.others, x.text }, { y.lacks, y.surplus, y.others, y.text })
  end)
  kept.rank[step.sig] = rank
  return rank
end

-- Pools to look into, cheapest first: { cost, displaces, buckets }. Those of cost 5 are not ready: for an S1
-- everybody at a desk, rung in one round once nobody ready may take it.
local LEVELS = {}
function candidates.levels(c, step)
  local t = tier(c)
  local calm, uncalled = c.severity > 2, offers.uncalled(c)
  local name = (is_text(c) and c.channel .. (calm and '-' or t == 0 and '!' or '')
    or t .. (uncalled and '~' or ''))
    .. (step.supervisors and '*' or '')
  if LEVELS[name] then return LEVELS[name] end
  local list = {}
  -- A level, and what gives way in it: offers that ring, of a tier from `least` on.
  local function add(cost, buckets, least)
    if #buckets == 0 then return end
    list[#list + 1] = { cost, 0, buckets }
    local over = {}
    for o = least, 2 do
      for _, bucket in ipairs(buckets) do over[#over + 1] = bucket .. '+' .. o end
    end
    if #over > 0 then list[#list + 1] = { cost, 1, over } end
  end
  if is_text(c) then
    local short, least = string.sub(c.channel, 1, 1), t == 0 and 1 or 3
    local room = 't1' .. short
    add(0, { 't0' }, least)
    add(1, calm and { room } or { room, room .. '!' }, least)
    if step.supervisors then add(5, t == 0 and { 't5', 't6' .. short } or { 't5' }, least) end
  else
    local in_hand = t == 0 and { 0, 1, 2 } or (t == 1 and { 2 } or {})
    local bases = { [0] = { 'v0' }, [2] = {}, [3] = {}, [4] = t == 0 and { 'v4' } or {},
      [5] = step.supervisors and (t == 0 and { 'v5', 'v6' } or { 'v5' }) or {} }
    for _, least in ipairs(in_hand) do
      table.insert(bases[2], 'v2.' .. least)
      table.insert(bases[3], 'v3.' .. least)
    end
    local least = t == 0 and not uncalled and 0 or t + 1 -- 0: an S1 text that rings
    for _, cost in ipairs({ 0, 2, 3, 4, 5 }) do add(cost, bases[cost], least) end
  end
  LEVELS[name] = list
  return list
end

function candidates.reserve_allows(c, cost, displaces, floor)
  local k = num(ctx.cfg.reserve, 0)
  if k == 0 or is_text(c) or tier(c) == 0 then return true end
  local uses_one = cost == 0 and displaces == 0 and num(floor, 0) == 0
  return ctx.kept.free - (uses_one and 1 or 0) >= k -- agents who could take an S1 call at cost 0 now
end

-- Appends up to `want` candidates of one level to `found`, best first.
local function gather(found, c, level, rank, want, allowed)
  local cost, displaces, buckets = level[1], level[2], level[3]
  local open = {} -- buckets with somebody in them
  for _, bucket in ipairs(buckets) do
    if (ctx.kept.live[bucket] or 0) > 0 then open[#open + 1] = bucket end
  end
  if #open == 0 then return end
  local group, group_key = {}, nil
  local function flush()
    table.sort(group, function(x, y) return less({ x.since, x.id }, { y.since, y.id }) end)
    for _, one in ipairs(group) do
      if #found < want then found[#found + 1] = one end
    end
    group = {}
  end
  local t = tier(c)
  for _, near in ipairs(rank) do
    local profile = near.profile
    if t >= profile.floor and t <= profile.ceiling then
      local this = (near.lacks * 1000 + near.surplus) * 1000 + near.others
      if this ~= group_key then
        if #group > 0 then flush() end
        if #found >= want then return end
        group_key = this
      end
      for _, bucket in ipairs(open) do
        local pool = profile.pools[bucket]
        if pool and pool.n > 0 and candidates.reserve_allows(c, cost, displaces, profile.floor) then
          local taken = 0
          for i = pool.from, #pool do
            local one = pool[i]
            if not one.gone and allowed(one.id, cost) then
              group[#group + 1] = { id = one.id, since = one.by, cost = cost, displaces = displaces }
              taken = taken + 1
              if taken >= want then break end
            end
          end
        end
      end
    end
  end
  flush()
end

-- The best of those who are ready and free for a call like this one, in the order in which it would be
-- offered; nothing that rings gives way for it.
function candidates.free_for(c, step, allowed)
  local found, rank = {}, candidates.ranked(step)
  for _, level in ipairs(candidates.levels(c, step)) do
    if level[1] < 4 and level[2] == 0 and not found[1] then gather(found, c, level, rank, 1, allowed) end
  end
  return found[1] and agent(found[1].id)
end

-- For contacts other than S1: agents who are out stay out while another agent is on duty who is not out and
-- satisfies the step.
local function somebody_else(c, rank)
  if has(c.only) then return listed.there(c) end
  local n, t = 0, tier(c)
  for _, near in ipairs(rank) do
    if t >= near.profile.floor and t <= near.profile.ceiling then
      n = n + agents.present(near.profile)
    end
  end
  for id in pairs(c.passed_over) do
    local a = agent(id)
    local skilled = a and agents.on_duty(a) and agents.satisfies(a.skills, ladder.step(c).needs)
    if skilled and agents.in_tiers(c, a) and not agents.is_absent(a) then n = n - 1 end
  end
  return n > 0
end

-- Not ready, and an S1 asks for them: after all who are ready, and then all of them together.
local function in_paused_round(c, cost) return cost == 5 and tier(c) == 0 end

local function search(c, want, rank, step, with_out)
  local found = {}
  local ringing = {}
  if has(c.offer) then
    for _, id in ipairs(c.offer.agents) do ringing[id] = true end
  end
  if has(c.only) and not c.sticky_for then
    found = listed.best(c, want, with_out)
    if found[1] or not listed.opens(c, with_out) then return found end
  end
  local function allowed(id, cost)
    return not ringing[id] and not waiting.cooling(c, id) and (with_out or not waiting.passed_over(c, id))
      and not (id == c.named and found.named) and not (cost == 5 and waiting.given_up(c, id))
  end
  local a = agent(c.named)
  if a and allowed(a.id) then
    local cost, displaces = agents.may(c, a)
    if cost and not in_paused_round(c, cost) and candidates.reserve_allows(c, cost, displaces, a.floor) then
      found[1] = { id = a.id, named = true, cost = cost, displaces = displaces }
      found.named = true
    end
  end
  if c.sticky_for then return found end
  for _, level in ipairs(candidates.levels(c, step)) do
    local everybody = in_paused_round(c, level[1])
    if everybody and found[1] and found[1].cost < 5 or not everybody and #found >= want then break end
    gather(found, c, level, rank, everybody and math.huge or want, allowed)
    found.everybody = everybody and #found > 0
  end
  return found
end

-- Whether anybody ready may take it, whatever it needs, their being out left aside.
local ANYBODY = { sig = '', needs = {} }
function candidates.anybody(c)
  return #search(c, 1, candidates.ranked(ANYBODY), ANYBODY, true) > 0
end

-- The best agents who may take it, at most `want`; again = only agents who were out are left: a new round.
function candidates.of(c, want)
  local step = ladder.step(c)
  local rank = candidates.ranked(step)
  local found = search(c, want, rank, step, false)
  if #found == 0 and has(c.passed_over) and (c.severity == 1 or not somebody_else(c, rank)) then
    found = search(c, want, rank, step, true)
    found.again = #found > 0
  end
  found.rank = rank
  return found
end

-- Whether this pair is allowed now.
local function permits(c, a)
  if c.sticky_for and c.sticky_for ~= a.id or waiting.cooling(c, a.id) then return false end
  local cost, displaces = agents.may(c, a)
  if not cost or not candidates.reserve_allows(c, cost, displaces, a.floor) then return false end
  return not waiting.passed_over(c, a.id) or candidates.of(c, 1).again == true
end

-- Lanes whose needs a profile satisfies.
local function lanes_for(profile)
  local kept = ctx.kept
  local fit = kept.fit[profile]
  if fit and fit.n == kept.lane_n then return fit end
  fit = { n = kept.lane_n }
  for _, lane in pairs(kept.lanes) do
    if agents.satisfies(profile.skills, lane.needs) then fit[#fit + 1] = lane end
  end
  kept.fit[profile] = fit
  return fit
end

-- The lowest lane that this agent may take.
local function lowest(a, at)
  local load = agents.load_of(a)
  local floor = num(a.floor, 0)
  -- The highest tier of call that they may take; -1 = none.
  local most, text_rings = -1, false
  if a.media == 'up' and not load.voice then
    if load.wrap then most = has(a.frozen) and -1 or 0
    elseif load.texts == 0 then most = 2
    else most = math.max(0, load.least - 1) end
    if has(a.offer) then
      local other = contact(a.offer.contact)
      text_rings = is_text(other) and tier(other) == 0
      most = math.min(most, text_rings and 0 or tier(other) - 1)
    end
  end
  local extra = not a.choice.ready -- a supervisor who stands by, or somebody paused: never counted as free
  local free = most == 2 and not has(a.offer) and floor == 0 and not extra
  local call = { channel = 'voice', score = ladder.TIER }
  if most > 0 and not candidates.reserve_allows(call, free and 0 or 1, 0, floor) then most = 0 end
  local rings = has(a.offer) and contact(a.offer.contact) -- a text's ring gives way to an S1 text
  local open = not rings or is_text(rings) and tier(rings) > 0
  local room = {
    sms = open and agents.room(load, 'sms') > 0,
    email = open and agents.room(load, 'email') > 0,
  }
  local ceiling = extra and not agents.standing_by(a) and 0 or num(a.ceiling, 2)
  most = math.min(most, ceiling)
  local guarded = agents.guarded(load)
  local text_most = rings and 0 or guarded and math.min(ceiling, 1) or ceiling
  local limit, text_limit = (most + 1) * ladder.TIER, (text_most + 1) * ladder.TIER
  local best_score, best_member, best_lane = math.huge, nil, nil
  for _, lane in ipairs(lanes_for(at.profile)) do
    local fits = (room[lane.channel] or lane.voice and most >= 0) and (lane.star or not extra)
      and not (guarded and lane.aged) and not (text_rings and lane.uncalled)
    if fits and (lane.known or lane.least <= best_score) then
      local m, score
      if floor > 0 then
        waiting.flush_lane(lane)
        local head = redis.call('ZRANGE', key('lane:' .. lane.name), floor * ladder.TIER, '+inf', 'BYSCORE',
          'LIMIT', 0, 1, 'WITHSCORES')
        m, score = head[1], tonumber(head[2])
      else m, score = waiting.head_of(lane) end
      if m and score < (lane.voice and limit or text_limit)
        and (score < best_score or score == best_score and m < best_member) then
        best_score, best_member, best_lane = score, m, lane
      end
    end
  end
  local best = best_member and contact(waiting.id_of(best_member)) or nil
  if best_member and (not best or not waiting.stands(best) or best.lane ~= best_lane.name) then
    -- Its place is wrong: a defect. It is removed, and they look again.
    waiting.flush_lane(best_lane)
    redis.call('ZREM', key('lane:' .. best_lane.name), best_member)
    best_lane.known, best_lane.least = false, 0
    redis.call('HINCRBY', key('violations'), 'ghost', 1)
    event('sweep.violation', nil, { code = 'ghost', reason = best_member })
    return lowest(a, at)
  end
  return best
end

-- The same for all agents with equal skills, tiers and room: the first contact is looked up once for all of
-- them, and again when it has gone.
local function head_for(a, at)
  local heads = ctx.heads[at.profile]
  if not heads then
    heads = {}
    ctx.heads[at.profile] = heads
  end
  local c = heads[at.spots]
  if c == nil or c and not waiting.stands(c) then
    c = lowest(a, at) or false
    heads[at.spots] = c
  end
  return c or nil
end

-- The first S1 round that rings for fewer than it may and that this agent could join.
local function round_for(a)
  local rounds, best = ctx.kept.rounds, nil
  for id in pairs(rounds) do
    local c = contact(id)
    if not c or not has(c.offer) then rounds[id] = nil
    elseif offers.short(c) and (not best or waiting.before(c, best)) and not waiting.passed_over(c, a.id)
      and not waiting.cooling(c, a.id) and offers.may_join(c, a) then best = c end
  end
  return best
end

-- In this order: an S1 that rings for nobody, an S1 round that rings for fewer than it may, everybody else.
function candidates.first(x, y)
  local rings_x, rings_y = has(x.offer), has(y.offer)
  if rings_x ~= rings_y then
    if rings_x then return tier(y) > 0 end
    return tier(x) == 0
  end
  return waiting.before(x, y)
end

-- The contact of lowest score that this agent may take.
function candidates.best_for(a)
  local kept = ctx.kept
  local at = kept.at[a.id]
  if not at or at.spots == '' then return nil end
  local best = head_for(a, at)
  -- Held for them, or refused by somebody.
  for id in pairs(kept.named[a.id] or {}) do
    local c = contact(id)
    if c and waiting.stands(c) and (not best or waiting.before(c, best)) and permits(c, a) then
      best = c
    end
  end
  local beside = kept.beside
  for i = beside and beside.from or 1, beside and #beside or 0 do
    local one = beside[i]
    if best and one.by > best.score then break end
    local c = not one.gone and contact(waiting.id_of(one.id)) or nil
    if c and permits(c, a) and (not best or waiting.before(c, best)) then best = c break end
  end
  return not (best and tier(best) == 0) and round_for(a) or best
end
