-- Steps of agents: sign-in, choice, presence, sound.

local function sign(skills) return signature(skills) end

mutation('agent_online', function(req)
  local a = agent(req.agent.id)
  if not a then
    a = { id = req.agent.id, choice = 'paused', pause_reason = 'signed_in', presence = 'offline', media = 'down',
      state = 'offline', state_at = ctx.now, idle_since = ctx.now, used = 0, contacts = {}, offer = NULL, misses = 0 }
    ctx.agents[a.id] = a
  end
  if a.presence == 'offline' then a.idle_since = ctx.now end
  if has(a.profile) and a.profile ~= sign(req.agent.skills) then
    for _, bucket in ipairs(BUCKETS) do redis.call('ZREM', key('pool:' .. a.profile .. ':' .. bucket), a.id) end
  end
  a.name, a.skills, a.profile = req.agent.name, req.agent.skills, sign(req.agent.skills)
  if has(req.agent.choice) then a.choice, a.pause_reason = req.agent.choice, req.agent.pause_reason end
  redis.call('HSET', key('profiles'), a.profile, cjson.encode(a.skills))
  a.presence, a.conn = 'online', req.conn
  disarm('offline', a.id)
  arm('lease', a.id, ctx.now + ctx.cfg.agent_lease)
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.fault == 'agent_lost' then
      c.fault, c['until'] = NULL, NULL
      disarm('comeback', c.id)
      touch(c)
    end
  end
  settle(a)
  event('agent.online', nil, { agent = a.id })
  match_agent(a)
  return { ok = true, agent = a }
end)

-- The page answered a server message: its lease runs on. No event: nothing a person sees changed.
mutation('agent_seen', function(req)
  local a = agent(req.agent)
  if not a or a.conn ~= req.conn then return no('stale', 'another desk took over') end
  if a.presence == 'online' then arm('lease', a.id, ctx.now + ctx.cfg.agent_lease) end
  return { ok = true, presence = a.presence }
end)

-- The page's socket closed. A newer connection of the same agent is not touched.
mutation('agent_lost', function(req)
  local a = agent(req.agent)
  if not a or a.conn ~= req.conn then return no('stale', 'another desk took over') end
  lose(a)
  return { ok = true }
end)

mutation('agent_media', function(req)
  local a = agent(req.agent)
  if not a then return no('unknown', 'no such agent') end
  if req.media == 'up' then
    a.media_proc = req.proc
    redis.call('SADD', key('media_of:' .. req.proc), a.id)
  end
  if a.media == req.media then return { ok = true } end
  if req.media == 'up' then media_up(a) else media_down(a) end
  settle(a)
  event(req.media == 'up' and 'agent.sound_up' or 'agent.sound_down', nil, { agent = a.id })
  match_agent(a)
  return { ok = true }
end)

-- Ready or paused. Pausing with an open offer declines it; in work it counts after it.
mutation('agent_choice', function(req)
  local a = agent(req.agent)
  if not a then return no('unknown', 'no such agent') end
  a.choice = req.choice
  a.pause_reason = req.choice == 'paused' and req.reason or NULL
  a.state_at = a.state == 'paused' and ctx.now or a.state_at
  if req.choice == 'paused' and has(a.offer) then
    local c = contact(a.offer.contact)
    if c then
      exclude(c, a.id)
      withdraw(c, 'declined')
      event('contact.declined', c, { agent = a.id })
      requeue(c, 'declined')
    end
  end
  settle(a)
  event(req.choice == 'ready' and 'agent.ready' or 'agent.paused', nil, { agent = a.id, reason = req.reason })
  match_agent(a)
  return { ok = true }
end)

mutation('agent_off', function(req)
  local a = agent(req.agent)
  if not a then return { ok = true } end
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.channel == 'voice' and c.state ~= 'wrapup' then return no('not_ready', 'end the call first') end
  end
  a.choice, a.pause_reason = 'paused', 'signed_out'
  unring(a, 'agent_left', false)
  local held = a.contacts
  for _, id in ipairs(held) do
    local c = contact(id)
    if c and c.state == 'active' then take_back(c, 'agent_left', true) end
  end
  a.presence, a.media, a.conn = 'offline', 'down', NULL
  disarm('lease', a.id)
  disarm('offline', a.id)
  settle(a)
  event('agent.offline', nil, { agent = a.id })
  return { ok = true }
end)
