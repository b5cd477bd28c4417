-- Match: who may take what, and the offer. After every step no permitted pair stays unmatched.

-- 13 digits of arrived_at, ':', id: ties of score go by arrival, then id.
local function member(c) return string.format('%013d', c.arrived_at) .. ':' .. c.id end
local function id_of(m) return string.sub(m, 15) end

local function is_text(c) return c.channel ~= 'voice' end

-- Agents -------------------------------------------------------------------------------------
local function load_of(a)
  local load = { used = 0, voice = 0, sms = 0, email = 0 }
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c then
      load[c.channel] = load[c.channel] + 1
      load.used = load.used + num(c.units, 0)
    end
  end
  return load
end

local function has_room(a, load, channel)
  if channel == 'voice' then return load.used == 0 end
  if load.voice > 0 then return false end
  local max, units = ctx.cfg['max_' .. channel], ctx.cfg['units_' .. channel]
  return load[channel] < max and load.used + units <= 100
end

local function available(a)
  return a.choice == 'ready' and a.presence == 'online' and not has(a.offer)
end

local BUCKETS = { 'voice', 'text', 'sms', 'email' }

-- The state a person sees; the order of these lines is the order of what matters.
local function show(a)
  local state, until_at = nil, nil
  local load = load_of(a)
  a.used = load.used
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.channel == 'voice' then
      if c.state == 'active' then state = 'talking'
      elseif c.state == 'connecting' then state, until_at = 'connecting', c['until']
      elseif c.state == 'dialing' then state, until_at = 'dialing', c['until']
      elseif c.state == 'wrapup' then state, until_at = 'wrapup', c['until'] end
    end
  end
  if a.presence ~= 'online' then state = a.presence
  elseif state then -- voice work decides
  elseif has(a.offer) then state, until_at = 'ringing', a.offer.expires
  elseif #a.contacts > 0 then state = 'messages'
  elseif a.choice ~= 'ready' then state = 'paused'
  else state = 'ready' end
  a['until'] = until_at or NULL
  if a.state ~= state then
    a.state, a.state_at = state, ctx.now
  end
  return load
end

-- Puts an agent into the pools he belongs to, after any change of his.
local function settle(a)
  local load = show(a)
  local pool = key('pool:' .. a.profile .. ':')
  local ok = available(a)
  local want = {
    voice = ok and load.used == 0 and #a.contacts == 0 and a.media == 'up',
    text = ok and #a.contacts == 0,
    sms = ok and #a.contacts > 0 and has_room(a, load, 'sms'),
    email = ok and #a.contacts > 0 and has_room(a, load, 'email'),
  }
  for _, bucket in ipairs(BUCKETS) do
    if want[bucket] then
      redis.call('ZADD', pool .. bucket, a.idle_since, a.id)
    else
      redis.call('ZREM', pool .. bucket, a.id)
    end
  end
  touch_agent(a)
end

local function leave(a, c)
  local rest = {}
  for _, id in ipairs(a.contacts) do
    if id ~= c.id then rest[#rest + 1] = id end
  end
  a.contacts = rest
end

-- Waiting ------------------------------------------------------------------------------------
local function signature(needs)
  local names = {}
  for name in pairs(needs) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. '=' .. needs[name] end
  return table.concat(names, ',')
end

local function satisfies(skills, needs)
  for name, level in pairs(needs) do
    if num(skills[name], 0) < level then return false end
  end
  return true
end

local function unlane(c)
  if has(c.lane) then
    local k = key('lane:' .. c.lane)
    redis.call('ZREM', k, member(c))
    if redis.call('EXISTS', k) == 0 then redis.call('SREM', key('lanes'), c.lane) end
    c.lane = NULL
  end
end

local function unwait(c)
  unlane(c)
  redis.call('ZREM', key('waiting'), member(c))
end

local function enlane(c)
  local lane = c.channel .. '|' .. signature(c.needs)
  redis.call('SADD', key('lanes'), lane)
  redis.call('ZADD', key('lane:' .. lane), c.score, member(c))
  redis.call('ZADD', key('waiting'), c.score, member(c))
  c.lane = lane
end

-- Who declined or missed does not get it back before his cool-down (S1 10 s, else 30 s).
local function excluded(c, agent_id)
  return has(c.excluded) and has(c.excluded[agent_id]) and c.excluded[agent_id] > ctx.now
end

local function exclude(c, agent_id)
  if not has(c.excluded) then c.excluded = {} end
  local till = ctx.now + (c.severity == 1 and ctx.cfg.cool_down_s1 or ctx.cfg.cool_down)
  c.excluded[agent_id] = till
  local first = till
  for id, at in pairs(c.excluded) do
    if at <= ctx.now then c.excluded[id] = nil elseif at < first then first = at end
  end
  arm('cool', c.id, first)
end

-- The voice link: at_carrier -> asked(epoch) -> streaming(epoch) -> at_carrier ------------------
local function wants_stream(c)
  return c.channel == 'voice' and
    (c.state == 'offered' or c.state == 'connecting' or c.state == 'active' or c.state == 'dialing')
end

local function ask_stream(c)
  if c.link == 'at_carrier' then
    c.link = 'asked'
    c.link_epoch = num(c.link_epoch, 0) + 1
    c.link_asked_at = ctx.now
    if not ctx.inline then
      effect('open_stream', c, math.max(ctx.now, num(c.quiet_until, 0)), { link_epoch = c.link_epoch })
    end
    arm('caller', c.id, ctx.now + 10000)
  end
end

-- Offer --------------------------------------------------------------------------------------
local function offer(c, a, why)
  local fence = ctx.epoch .. '.' .. redis.call('INCR', key('fence'))
  local ring = is_text(c) and ctx.cfg.ring_text or (c.severity == 1 and ctx.cfg.ring_s1 or ctx.cfg.ring_voice)
  local expires = ctx.now + ring
  unlane(c)
  c.state, c.state_at, c['until'] = 'offered', ctx.now, expires
  c.offer = { fence = fence, agents = { a.id }, expires = expires }
  c.order_why = why
  a.offer = { contact = c.id, fence = fence, expires = expires }
  arm('ring', c.id, expires)
  disarm('stream_idle', c.id)
  ask_stream(c)
  count(c, 'offers')
  settle(a)
  touch(c)
  event('contact.offered', c, { agent = a.id, fence = fence, why = why,
    waited_ms = ctx.now - num(c.queued_at, ctx.now), link = c.link })
end

local function why_text(c, cost)
  local words = {}
  local names = {}
  for name, level in pairs(c.needs) do names[#names + 1] = name .. (level > 1 and (' ' .. level .. '+') or '') end
  table.sort(names)
  words[1] = #names > 0 and ('needs ' .. table.concat(names, ', ')) or 'needs no special skill'
  words[2] = cost == -1 and 'you spoke before' or (cost == 0 and 'longest free' or 'has room')
  return table.concat(words, '; ')
end

-- A contact looks for an agent by the least (not named, cost, surplus, other skills, idle_since, id).
local function less(x, y)
  for i = 1, #x do
    if x[i] ~= y[i] then return x[i] < y[i] end
  end
  return false
end

-- The first of a pool, the longest free, who is not excluded; walks past excluded ones only.
local function first_of(pool, c)
  local from = 0
  while true do
    local head = redis.call('ZRANGE', pool, from, from + 7, 'WITHSCORES')
    for j = 1, #head, 2 do
      if not excluded(c, head[j]) then return head[j], tonumber(head[j + 1]) end
    end
    if #head < 16 then return nil end
    from = from + 8
  end
end

local function match_contact(c)
  if c.state ~= 'queued' then return false end
  local best, best_key
  local buckets = is_text(c) and { 'text', c.channel } or { 'voice' }
  local named = agent(c.named)
  local profiles = redis.call('HGETALL', key('profiles'))
  for i = 1, #profiles, 2 do
    local skills = cjson.decode(profiles[i + 1])
    if satisfies(skills, c.needs) then
      local surplus, others = 0, 0
      for name, level in pairs(skills) do
        if c.needs[name] then surplus = surplus + level - c.needs[name] else others = others + 1 end
      end
      for cost, bucket in ipairs(buckets) do
        local pool = key('pool:' .. profiles[i] .. ':' .. bucket)
        local id, since = first_of(pool, c)
        if id then
          local k = { 1, cost - 1, surplus, others, since, id }
          if not best or less(k, best_key) then best, best_key = id, k end
        end
        if named and named.profile == profiles[i] and not excluded(c, named.id)
          and redis.call('ZSCORE', pool, named.id) then
          best, best_key = named.id, { 0, cost - 1, surplus, others, named.idle_since, named.id }
        end
      end
    end
  end
  if not best then return false end
  offer(c, agent(best), why_text(c, best_key[1] == 0 and -1 or best_key[2]))
  return true
end

-- An agent looks for a contact: the lowest score among the waiting that he is permitted to take.
local function match_agent(a)
  if not available(a) then return false end
  local load = load_of(a)
  local best, best_score
  for _, lane in ipairs(redis.call('SMEMBERS', key('lanes'))) do
    local channel, sig = string.match(lane, '^(%a+)|(.*)$')
    local fits = has_room(a, load, channel) and not (channel == 'voice' and (a.media ~= 'up' or #a.contacts > 0))
    if fits then
      for name, level in string.gmatch(sig, '([^=,]+)=(%d+)') do
        if num(a.skills[name], 0) < tonumber(level) then fits = false end
      end
    end
    if fits then
      local from = 0
      while true do
        local head = redis.call('ZRANGE', key('lane:' .. lane), from, from + 7, 'WITHSCORES')
        local found = false
        for j = 1, #head, 2 do
          local c = contact(id_of(head[j]))
          if c and not excluded(c, a.id) then
            local k = { tonumber(head[j + 1]), head[j] }
            if not best or less(k, best_score) then best, best_score = c, k end
            found = true
            break
          end
        end
        if found or #head < 16 then break end
        from = from + 8
      end
    end
  end
  if not best then return false end
  offer(best, a, why_text(best, best.named == a.id and -1 or (load.used > 0 and 1 or 0)))
  return true
end

-- Ends the open offer of a contact; the agent is free for another, but not matched yet.
local function withdraw(c, code)
  if not has(c.offer) then return nil end
  local a = agent(c.offer.agents[1])
  disarm('ring', c.id)
  c.offer = NULL
  if a and has(a.offer) and a.offer.contact == c.id then
    a.offer = NULL
    settle(a)
    event('offer.withdrawn', c, { agent = a.id, code = code })
  end
  return a
end

-- Back to its place: the score never changed.
local function requeue(c, why)
  c.state, c.state_at, c['until'] = 'queued', ctx.now, NULL
  c.agent, c.units, c.fault, c.held = NULL, 0, NULL, false
  enlane(c)
  touch(c)
  if c.link == 'streaming' then arm('stream_idle', c.id, ctx.now + ctx.cfg.stream_idle) end
  event('contact.requeued', c, { why = why })
  match_contact(c)
end
