-- Reading it all, and building it anew after a loss.

-- One consistent picture and the id of the last event that is in it.
redis.register_function{ function_name = 'hf_snapshot', flags = { 'no-writes' }, callback = function(keys, argv)
  begin(keys, argv)
  if not ctx.epoch then return redis.error_reply('NOEPOCH the live index is lost; a rebuild is due') end
  local cs, as = {}, {}
  for _, id in ipairs(redis.call('SMEMBERS', key('contacts'))) do
    local raw = redis.call('GET', key('c:' .. id))
    if raw then cs[#cs + 1] = raw end
  end
  for _, id in ipairs(redis.call('SMEMBERS', key('agents'))) do
    local raw = redis.call('GET', key('a:' .. id))
    if raw then as[#as + 1] = raw end
  end
  local last = redis.call('XREVRANGE', key('events'), '+', '-', 'COUNT', 1)[1]
  local day = math.floor((ctx.now + num(ctx.cfg.zone_offset_ms, 0)) / 86400000)
  return '{"now":' .. string.format('%d', ctx.now) .. ',"epoch":' .. ctx.epoch .. ',"last":"' .. (last and last[1] or '0-0') ..
    '","contacts":[' .. table.concat(cs, ',') .. '],"agents":[' .. table.concat(as, ',') ..
    '],"today":' .. cjson.encode(today(key('stats:' .. day))) .. '}'
end }

mutation('configure', function(req)
  redis.call('SET', key('cfg'), cjson.encode(req.cfg))
  return { ok = true }
end)

-- Opens a new life of the index. Only an absent epoch can be opened; contacts and agents come as
-- the record, the carrier, the processes and the desks know them; matched when all are in.
redis.register_function('hf_open_epoch', function(keys, argv)
  local req = begin(keys, argv)
  if ctx.epoch then return cjson.encode({ ok = false, code = 'alive', epoch = ctx.epoch, now = ctx.now }) end
  ctx.epoch = req.epoch
  ctx.cfg = req.cfg
  redis.call('SET', key('cfg'), cjson.encode(req.cfg))
  redis.call('SET', key('epoch'), string.format('%d', req.epoch))
  for _, a in ipairs(req.agents) do
    ctx.agents[a.id] = a
    a.offer = NULL
    a.contacts = {}
    a.profile = sign(a.skills)
    redis.call('HSET', key('profiles'), a.profile, cjson.encode(a.skills))
    if a.presence == 'online' then arm('lease', a.id, ctx.now + ctx.cfg.agent_lease)
    elseif a.presence == 'lost' then arm('offline', a.id, ctx.now + ctx.cfg.lost_to_offline) end
  end
  for _, c in ipairs(req.contacts) do
    ctx.contacts[c.id] = c
    c.offer, c.excluded, c.lane = NULL, NULL, NULL
    local a = agent(c.agent)
    if a and (c.state == 'active' or c.state == 'wrapup' or c.state == 'connecting' or c.state == 'dialing') then
      a.contacts[#a.contacts + 1] = c.id
    end
    if has(c.link_owner) then own(c, c.link_owner) end
    if c.channel == 'voice' and c.state ~= 'wrapup' and c.link ~= 'streaming' then
      arm('caller', c.id, ctx.now + (c.state == 'active' and 3000 or 10000))
    end
    if c.state == 'connecting' then arm('connect', c.id, ctx.now + ctx.cfg.connect) end
    if c.state == 'dialing' then
      arm('dial', c.id, num(c['until'], ctx.now + ctx.cfg.dial))
      effect('dial', c) -- the record knows whether it was attempted
    end
    if c.state == 'wrapup' then arm('wrap', c.id, num(c['until'], ctx.now + 30000)) end
    if c.state == 'active' and is_text(c) then arm('text_idle', c.id, ctx.now + ctx.cfg.text_idle) end
    if c.state == 'in_menu' then arm('menu', c.id, ctx.now + ctx.cfg.menu) end
    if c.state == 'parked' then arm('parked', c.id, num(c['until'], ctx.now + ctx.cfg.parked)) end
    touch(c)
  end
  for _, a in ipairs(req.agents) do
    settle(a)
    if a.media ~= 'up' then media_down(a) end
    if a.presence == 'lost' then
      a.presence = 'online'
      lose(a)
    end
  end
  table.sort(req.contacts, function(x, y) return x.score < y.score end)
  for _, c in ipairs(req.contacts) do
    if c.state == 'queued' then
      enlane(c)
      if c.link == 'streaming' then arm('stream_idle', c.id, ctx.now + ctx.cfg.stream_idle) end
    end
  end
  for _, c in ipairs(req.contacts) do match_contact(c) end
  event('index.rebuilt', nil, { contacts = #req.contacts, agents = #req.agents })
  return cjson.encode(commit({ ok = true, epoch = ctx.epoch }))
end)
