-- Match: after every step the waiting contact with the lowest score that somebody may take is
-- offered to the best agent who may take it; and again, until no permitted pair is left.

local function less(x, y)
  for i = 1, #x do
    if x[i] ~= y[i] then return x[i] < y[i] end
  end
  return false
end

-- Profiles that satisfy some needs, nearest first: (surplus of level, number of other skills).
local PROFILE = {}
local function profile_of(text)
  local found = PROFILE[text]
  if not found then
    local skills, floor = string.match(text, '^([^~]*)~?(%d*)$')
    found = { text = text, skills = parse_needs(skills), floor = tonumber(floor) or 0 }
    PROFILE[text] = found
  end
  return found
end

local function ranked(step)
  local n = redis.call('SCARD', key('profiles'))
  local rank = kept.rank[step.sig]
  if rank and rank.n == n and rank.epoch == ctx.epoch then return rank end
  rank = { n = n, epoch = ctx.epoch }
  for _, text in ipairs(redis.call('SMEMBERS', key('profiles'))) do
    local profile = profile_of(text)
    if satisfies(profile.skills, step.needs) then
      local surplus, others = 0, 0
      for name, level in pairs(profile.skills) do
        if step.needs[name] then surplus = surplus + level - step.needs[name] else others = others + 1 end
      end
      rank[#rank + 1] = { text = text, floor = profile.floor, surplus = surplus, others = others }
    end
  end
  table.sort(rank, function(x, y) return less({ x.surplus, x.others, x.text }, { y.surplus, y.others, y.text }) end)
  kept.rank[step.sig] = rank
  return rank
end

-- Pools to look into, cheapest first: { cost, displaces, buckets }.
local LEVELS = {}
local function levels(c, step)
  local t = tier(c)
  local name = (is_text(c) and c.channel or t) .. (step.supervisors and '*' or '')
  if LEVELS[name] then return LEVELS[name] end
  local list = {}
  if is_text(c) then
    list[1] = { 0, 0, { 't0' } }
    list[2] = { 1, 0, { c.channel == 'sms' and 't1s' or 't1e' } }
    if step.supervisors then list[3] = { 5, 0, { 't5' } } end
  else
    local in_hand = t == 0 and { 0, 1, 2 } or (t == 1 and { 2 } or {})
    local bases = { [0] = { 'v0' }, [2] = {}, [3] = {}, [4] = t == 0 and { 'v4' } or {}, [5] = step.supervisors and { 'v5' } or {} }
    for _, least in ipairs(in_hand) do
      table.insert(bases[2], 'v2.' .. least)
      table.insert(bases[3], 'v3.' .. least)
    end
    for _, cost in ipairs({ 0, 2, 3, 4, 5 }) do
      if #bases[cost] > 0 then
        list[#list + 1] = { cost, 0, bases[cost] }
        local over = {}
        for o = t + 1, 2 do
          for _, bucket in ipairs(bases[cost]) do over[#over + 1] = bucket .. '+' .. o end
        end
        if #over > 0 then list[#list + 1] = { cost, 1, over } end
      end
    end
  end
  LEVELS[name] = list
  return list
end

-- Agents who could take an S1 call at cost 0 now.
local function free_for_s1()
  flush_pools()
  local n = 0
  for _, text in ipairs(redis.call('SMEMBERS', key('live:v0'))) do
    if profile_of(text).floor == 0 then n = n + redis.call('ZCARD', pool_key(text, 'v0')) end
  end
  return n
end

local function reserve_allows(c, cost, displaces, floor)
  local k = num(ctx.cfg.reserve, 0)
  if k == 0 or is_text(c) or tier(c) == 0 then return true end
  local uses_one = cost == 0 and displaces == 0 and num(floor, 0) == 0
  return free_for_s1() - (uses_one and 1 or 0) >= k
end

-- Appends up to `want` candidates of one level to `found`, best first.
local function gather(found, c, level, rank, want, allowed)
  local cost, displaces, buckets = level[1], level[2], level[3]
  local open = {} -- buckets where somebody stands; small ones with their profiles
  for _, bucket in ipairs(buckets) do
    local k = key('live:' .. bucket)
    local n = redis.call('SCARD', k)
    if n > 16 then open[#open + 1] = { bucket = bucket, has = function(text) return redis.call('SISMEMBER', k, text) == 1 end }
    elseif n > 0 then
      local set = {}
      for _, text in ipairs(redis.call('SMEMBERS', k)) do set[text] = true end
      open[#open + 1] = { bucket = bucket, has = function(text) return set[text] end }
    end
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
  for _, profile in ipairs(rank) do
    if t >= profile.floor then
      local this = profile.surplus .. ':' .. profile.others
      if this ~= group_key then
        flush()
        if #found >= want then return end
        group_key = this
      end
      if reserve_allows(c, cost, displaces, profile.floor) then
        for _, one in ipairs(open) do
          local k, from, taken = pool_key(profile.text, one.bucket), 0, one.has(profile.text) and 0 or want
          while taken < want do
            local head = redis.call('ZRANGE', k, from, from + 7, 'WITHSCORES')
            for j = 1, #head, 2 do
              if taken < want and allowed(head[j]) then
                taken = taken + 1
                group[#group + 1] = { id = head[j], since = tonumber(head[j + 1]), cost = cost,
                  displaces = displaces, surplus = profile.surplus, others = profile.others }
              end
            end
            if #head < 16 then break end
            from = from + 8
          end
        end
      end
    end
  end
  flush()
end

-- Other than S1: who is out waits while somebody who is not out is on duty and satisfies the step.
local function somebody_else(c, rank)
  local n, by = 0, causes()
  for _, profile in ipairs(rank) do
    if tier(c) >= profile.floor then
      for cause, many in pairs(by[profile.text] or {}) do
        if cause ~= 'lost' and cause ~= 'paused' then n = n + many end
      end
    end
  end
  for id in pairs(c.out) do
    local a = agent(id)
    if a and on_duty(a) and satisfies(a.skills, ladder_step(c).needs) and tier(c) >= num(a.floor, 0) then n = n - 1 end
  end
  return n > 0
end

local function search(c, want, rank, step, with_out)
  local found = {}
  local ringing = {}
  if has(c.offer) then
    for _, id in ipairs(c.offer.agents) do ringing[id] = true end
  end
  local function allowed(id)
    return not ringing[id] and not cooling(c, id) and (with_out or not is_out(c, id)) and not (id == c.named and found.named)
  end
  local a = agent(c.named)
  if a and allowed(a.id) then
    local cost, displaces = may(c, a)
    if cost and reserve_allows(c, cost, displaces, a.floor) then
      found[1] = { id = a.id, named = true, cost = cost, displaces = displaces }
      found.named = true
    end
  end
  if c.held_for then return found end
  for _, level in ipairs(levels(c, step)) do
    if #found >= want then break end
    gather(found, c, level, rank, want, allowed)
  end
  return found
end

-- The best agents who may take it, at most `want`; again = they were out, a new round begins.
local function candidates(c, want)
  flush_pools()
  local step = ladder_step(c)
  local rank = ranked(step)
  local found = search(c, want, rank, step, false)
  if #found == 0 and has(c.out) and (c.severity == 1 or not somebody_else(c, rank)) then
    found = search(c, want, rank, step, true)
    found.again = #found > 0
  end
  found.rank = rank
  return found
end

-- The contact of lowest score that this agent may take. Lanes come in the order of their heads.
local best_for
best_for = function(a)
  if (a.spots or a.pools or '') == '' then return nil end
  local load = load_of(a)
  local floor = num(a.floor, 0)
  -- The highest tier of a call that he may take; -1 = none.
  local most = -1
  if a.media == 'up' and not load.voice then
    if load.wrap then most = has(a.frozen) and -1 or 0
    elseif load.texts == 0 then most = 2
    else most = math.max(0, load.least - 1) end
    if has(a.offer) then most = math.min(most, tier(contact(a.offer.contact)) - 1) end
  end
  local free = most == 2 and not has(a.offer) and floor == 0
  if most > 0 and not reserve_allows({ channel = 'voice', score = TIER }, free and 0 or 1, 0, floor) then most = 0 end
  local room = {
    sms = not has(a.offer) and has_room(load, 'sms'),
    email = not has(a.offer) and has_room(load, 'email'),
  }
  local texts, extra = room.sms or room.email, a.choice ~= 'ready'
  local limit = texts and '+inf' or '(' .. string.format('%.0f', (most + 1) * TIER)
  local best_score, best_member, best_lane, from = nil, nil, nil, 0
  while most >= 0 or texts do
    local lanes = redis.call('ZRANGE', key('lanes'), '-inf', limit, 'BYSCORE', 'LIMIT', from, 16, 'WITHSCORES')
    local past = #lanes < 32
    for i = 1, #lanes, 2 do
      local lane, score = lanes[i], tonumber(lanes[i + 1])
      if best_score and floor == 0 and score > best_score then past = true break end
      local channel, sig, star = string.match(lane, '^(%a+)|([^*]*)(%*?)$')
      local voice = channel == 'voice'
      local fits = room[channel] or voice and score < (most + 1) * TIER
      if fits and (not extra or star == '*') and satisfies(a.skills, needs_of(sig)) then
        local k, head = key('lane:' .. lane), nil
        if floor > 0 then
          head = redis.call('ZRANGE', k, floor * TIER, voice and limit or '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
        else
          head = redis.call('ZRANGE', k, 0, 0, 'WITHSCORES')
        end
        local at = tonumber(head[2])
        if at and (not voice or at < (most + 1) * TIER)
          and (not best_score or at < best_score or at == best_score and head[1] < best_member) then
          best_score, best_member, best_lane = at, head[1], lane
        end
      end
    end
    if past then break end
    from = from + 16
  end
  local best = best_member and contact(id_of(best_member)) or nil
  if best_member and (not best or best.state ~= 'queued' or best.lane ~= best_lane) then
    -- It does not stand here: a defect. It is taken out, and he looks again.
    redis.call('ZREM', key('lane:' .. best_lane), best_member)
    head_changed(best_lane)
    redis.call('HINCRBY', key('violations'), 'ghost', 1)
    event('sweep.violation', nil, { code = 'ghost', reason = best_member })
    return best_for(a)
  end
  -- Held for him, or refused by somebody: looked at one by one, the lowest score first.
  for _, spot in ipairs({ 'held:' .. a.id, 'odd' }) do
    local at = 0
    while true do
      local some = redis.call('ZRANGE', key(spot), at, at + 15, 'WITHSCORES')
      for i = 1, #some, 2 do
        if best and tonumber(some[i + 1]) > best.score then some = {} break end
        local c = contact(id_of(some[i]))
        if c and may(c, a) and #candidates(c, 1) > 0 and (not best or before(c, best)) then best = c end
      end
      if #some < 32 then break end
      at = at + 16
    end
  end
  return best
end
