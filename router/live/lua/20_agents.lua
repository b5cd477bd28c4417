-- Agents: what each has in hand, what he may take at which cost, the pools he stands in.

local function is_text(c) return c.channel ~= 'voice' end

local function satisfies(skills, needs)
  for name, level in pairs(needs) do
    if num(skills[name], 0) < level then return false end
  end
  return true
end

local function signature(needs)
  local names = {}
  for name in pairs(needs) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. '=' .. needs[name] end
  return table.concat(names, ',')
end

-- Everything about an agent that does not change from call to call, as one string.
local function sign(skills, floor)
  return signature(skills) .. (num(floor, 0) > 0 and ('~' .. floor) or '')
end

-- Parked and frozen work takes no room.
local function load_of(a)
  local load = { used = 0, sms = 0, email = 0, texts = 0, least = 3 }
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.state ~= 'parked' and not has(c.frozen_ms) then
      load.used = load.used + num(c.units, 0)
      if is_text(c) then
        load[c.channel], load.texts = load[c.channel] + 1, load.texts + 1
        load.least = math.min(load.least, tier(c))
      elseif c.state == 'wrapup' then load.wrap = c
      else load.voice = c end
    end
  end
  return load
end

local function has_room(load, channel)
  if load.voice or load.wrap then return false end
  return load[channel] < ctx.cfg['max_' .. channel] and load.used + ctx.cfg['units_' .. channel] <= 100
end

local function on_duty(a) return a.choice == 'ready' and a.presence == 'online' end

-- A supervisor with sound and nothing in hand who has not been paused since he signed in.
local function standing_by(a)
  return a.supervisor == true and a.at_hand == true and a.presence == 'online' and a.media == 'up'
    and a.choice ~= 'ready' and #a.contacts == 0
end

-- The rule for one pair, without hold, exclusion and reserve: cost, displaces; or nil and the cause.
local function may(c, a)
  local step = ladder_step(c)
  if a.presence ~= 'online' then return nil, 'lost' end
  if not satisfies(a.skills, step.needs) then return nil, 'skills' end
  if tier(c) < num(a.floor, 0) then return nil, 'training' end
  local extra = a.choice ~= 'ready'
  if extra and not (step.supervisors and standing_by(a)) then return nil, 'paused' end
  if has(a.testing) then return nil, 'self_test' end
  local voice = not is_text(c)
  if voice and a.media ~= 'up' then return nil, 'no_sound' end
  local displaces = 0
  if has(a.offer) then
    local other = contact(a.offer.contact)
    if not voice or not other or other.state ~= 'offered' or tier(other) <= tier(c) then return nil, 'ringing' end
    displaces = 1
  end
  local load = load_of(a)
  if load.voice then return nil, 'on_call' end
  if load.wrap then
    if voice and tier(c) == 0 and not has(a.frozen) then return 4, displaces end
    return nil, 'wrapup'
  end
  if load.texts == 0 then return extra and 5 or 0, displaces end
  if not voice then
    if has_room(load, c.channel) then return 1, 0 end
    return nil, 'full'
  end
  if tier(c) > 0 and load.least <= tier(c) then return nil, 'texts' end
  return load.sms > 0 and 3 or 2, displaces
end

-- Pools: v<cost>[.<least tier in hand>][+<tier of the offer that rings>] for calls; t0, t1s, t1e, t5.
local function pools_of(a, load)
  local list = {}
  if a.presence ~= 'online' or has(a.testing) then return list end
  local extra = a.choice ~= 'ready'
  if extra and not standing_by(a) then return list end
  local over = ''
  if has(a.offer) then
    local other = contact(a.offer.contact)
    if not other or other.state ~= 'offered' or tier(other) == 0 then return list end
    over = '+' .. tier(other)
  end
  if load.voice then return list end
  if a.media == 'up' then
    local base
    if load.wrap then base = not has(a.frozen) and '4' or nil
    elseif load.texts == 0 then base = extra and '5' or '0'
    else base = (load.sms > 0 and '3.' or '2.') .. load.least end
    if base then list[1] = 'v' .. base .. over end
  end
  if over == '' and not load.wrap then
    if load.texts == 0 then list[#list + 1] = extra and 't5' or 't0'
    else
      if has_room(load, 'sms') then list[#list + 1] = 't1s' end
      if has_room(load, 'email') then list[#list + 1] = 't1e' end
    end
  end
  return list
end

local function pool_key(profile, bucket) return key('pool:' .. profile .. ':' .. bucket) end

local function out_of_pools(a)
  for bucket in string.gmatch(a.pools or '', '%S+') do
    local k = pool_key(a.profile, bucket)
    redis.call('ZREM', k, a.id)
    if redis.call('EXISTS', k) == 0 then redis.call('SREM', key('live:' .. bucket), a.profile) end
  end
  a.pools = nil
end

-- How many agents of each profile are kept from work by what; counted as it changes. The counts
-- live in a hash, and in this process's memory.
local function cause_of(a, load)
  if a.presence == 'offline' then return nil end
  if a.presence ~= 'online' then return 'lost' end
  if a.choice ~= 'ready' then return 'paused' end
  if has(a.testing) then return 'self_test' end
  if load.voice then return load.voice.state == 'active' and 'on_call' or 'connecting' end
  if load.wrap then return 'wrapup' end
  if has(a.offer) then return 'ringing' end
  if load.texts > 0 then return 'texts' end
  return 'free'
end

local function causes()
  if not kept.causes then
    kept.causes = {}
    local flat = redis.call('HGETALL', key('causes'))
    for i = 1, #flat, 2 do
      local profile, cause = string.match(flat[i], '^(.*)~([%a_]+)$')
      kept.causes[profile] = kept.causes[profile] or {}
      kept.causes[profile][cause] = tonumber(flat[i + 1])
    end
  end
  return kept.causes
end

local function count_cause(profile, cause, by)
  local known = causes()
  known[profile] = known[profile] or {}
  known[profile][cause] = num(known[profile][cause], 0) + by
  local field = profile .. '~' .. cause
  ctx.cause_by = ctx.cause_by or {}
  ctx.cause_by[field] = num(ctx.cause_by[field], 0) + by
end

local function recount(a, load)
  local cause = cause_of(a, load)
  if cause == a.cause and a.profile == a.cause_profile then return end
  if has(a.cause) then count_cause(a.cause_profile, a.cause, -1) end
  if cause then count_cause(a.profile, cause, 1) end
  a.cause, a.cause_profile = cause, cause and a.profile or nil
end

-- The state a person sees; the order of these lines is the order of what matters.
local function show(a, load)
  local state, until_at, since = nil, nil, nil
  a.used = load.used
  local c = load.voice or load.wrap
  if c then
    since = c.state_at
    if c.state == 'active' then state = 'talking'
    elseif c.state == 'connecting' then state, until_at = 'connecting', c['until']
    elseif c.state == 'dialing' then state, until_at = 'dialing', c['until']
    elseif c.state == 'wrapup' then state, until_at = 'wrapup', c['until'] end
  end
  if a.presence ~= 'online' then state = a.presence
  elseif state then -- voice work decides
  elseif has(a.offer) then state, until_at = 'ringing', a.offer.expires
  elseif has(a.testing) and a.choice == 'ready' then state, until_at = 'testing', a.testing
  elseif load.texts > 0 then state = 'messages'
  elseif a.choice ~= 'ready' then state = 'paused'
  else state = 'ready' end
  a['until'] = until_at
  if a.state ~= state then
    -- A reload begins nothing: who comes back to the state he was in began it before.
    local before = a.state == 'lost' and has(a.before) and a.before.state == state and a.before
    a.before = state == 'lost' and { state = a.state, at = a.state_at } or nil
    a.state, a.state_at = state, before and before.at or ctx.now
    if state == 'talking' or state == 'wrapup' then a.state_at = num(since, ctx.now) end
  end
end

-- After any change of his: state, counts, pools. Unless he is only busier than before, he looks for
-- what he may take now.
local function settle(a, busier)
  local load = load_of(a)
  show(a, load)
  recount(a, load)
  local was_free = string.find(a.pools or '', 'v0', 1, true) == 1 and not string.find(a.pools, 'v0+', 1, true)
  a.spots = table.concat(pools_of(a, load), ' ')
  if num(ctx.cfg.reserve, 0) > 0 and not was_free and string.find(' ' .. a.spots .. ' ', ' v0 ', 1, true) then ctx.eased = true end
  ctx.pools[a.id] = true -- written when somebody looks into a pool, and at the end
  touch_agent(a)
  ctx.best[a.id] = nil
  if a.spots ~= '' and not busier then seek_agent(a) end
end

flush_pools = function()
  for id in pairs(ctx.pools) do
    local a = ctx.agents[id]
    if a.spots ~= (a.pools or '') or a.idle_since ~= a.pool_since then
      out_of_pools(a)
      for bucket in string.gmatch(a.spots, '%S+') do
        redis.call('ZADD', pool_key(a.profile, bucket), a.idle_since, a.id)
        redis.call('SADD', key('live:' .. bucket), a.profile)
        if not kept.buckets[bucket] then
          redis.call('SADD', key('buckets'), bucket)
          kept.buckets[bucket] = true
        end
      end
      a.pools = a.spots ~= '' and a.spots or nil
      a.pool_since = a.idle_since
    end
    a.spots = nil
    ctx.pools[id] = nil
  end
end

local function leave(a, c)
  local rest = {}
  for _, id in ipairs(a.contacts) do
    if id ~= c.id then rest[#rest + 1] = id end
  end
  a.contacts = rest
end
