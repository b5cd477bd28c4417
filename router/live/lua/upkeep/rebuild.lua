-- Rebuild: reading everything, and building the index again after it was lost.

local bare, has, key, num = values.bare, values.has, values.key, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm = deadlines.arm
local effect = effects.add
local event = events.add
local is_text = agents.is_text

-- One consistent picture, and the id of the last event in it.
redis.register_function{ function_name = 'hf_snapshot', flags = { 'no-writes' },
  callback = function(keys, argv)
  entry.begin(keys, argv, true)
  if not ctx.epoch then return redis.error_reply('NOEPOCH') end
  local cs, as = {}, {}
  local all = redis.call('HGETALL', ctx.records)
  for i = 1, #all, 2 do
    local kind = string.sub(all[i], 1, 2)
    if kind == 'c:' then cs[#cs + 1] = all[i + 1] elseif kind == 'a:' then as[#as + 1] = all[i + 1] end
  end
  local last = redis.call('XREVRANGE', key('events'), '+', '-', 'COUNT', 1)[1]
  return '{"now":' .. string.format('%d', ctx.now) .. ',"epoch":' .. ctx.epoch ..
    ',"last":"' .. (last and last[1] or '0-0') ..
    '","contacts":[' .. table.concat(cs, ',') .. '],"agents":[' .. table.concat(as, ',') ..
    '],"today":' .. cjson.encode(events.stats_of(events.today_of(ctx.now))) ..
    ',"reserve":' .. num(ctx.cfg.reserve, 0) .. '}'
end }

-- One contact as it is; asking leaves no trace.
redis.register_function{ function_name = 'hf_look', flags = { 'no-writes' }, callback = function(keys, argv)
  local req = entry.begin(keys, argv, true)
  if not ctx.epoch then return redis.error_reply('NOEPOCH') end
  local raw = redis.call('HGET', ctx.records, 'c:' .. req.contact)
  return '{"now":' .. string.format('%d', ctx.now) .. (raw and ',"contact":' .. raw or '') .. '}'
end }

-- Ends a life of the index, all of it in one step, because it stood on what the store forgot.
redis.register_function('hf_forget', function(keys, argv)
  local req = entry.begin(keys, argv, true)
  if ctx.epoch ~= req.epoch then return cjson.encode({ ok = false, code = 'other_epoch', now = ctx.now }) end
  local names = redis.call('KEYS', ctx.p .. ':*')
  for i = 1, #names, 1000 do redis.call('UNLINK', unpack(names, i, math.min(i + 999, #names))) end
  memory.drop(ctx.p)
  return cjson.encode({ ok = true, now = ctx.now })
end)

-- Opens a new life of the index. Only an absent epoch can be opened. Contacts and agents come as the record,
-- the carrier, the processes and the desks know them; they are matched when all are in.
redis.register_function('hf_open_epoch', function(keys, argv)
  local req = entry.begin(keys, argv)
  if ctx.epoch then return cjson.encode({ ok = false, code = 'alive', epoch = ctx.epoch, now = ctx.now }) end
  ctx.epoch = req.epoch
  req.cfg.opened = redis.call('TIME')
  local kept = memory.blank(req.cfg)
  ctx.kept, kept.torn = kept, true
  memory.keep(ctx.p)
  ctx.cfg = req.cfg
  redis.call('SET', key('cfg'), cjson.encode(req.cfg))
  redis.call('HSET', ctx.records, 'epoch', string.format('%d', req.epoch))
  if req.after and req.after ~= '0-0' and redis.call('EXISTS', key('events')) == 0 then
    redis.call('XGROUP', 'CREATE', key('events'), 'new', '0', 'MKSTREAM')
    redis.call('XGROUP', 'DESTROY', key('events'), 'new')
    redis.call('XSETID', key('events'), req.after)
  end
  if req.today and req.today.day == events.today_of(ctx.now) then
    local put = {}
    for field, n in pairs(req.today) do
      if field ~= 'day' then put[#put + 1], put[#put + 2] = field, n end
    end
    if #put > 0 then redis.call('HSET', key('stats:' .. req.today.day), unpack(put)) end
    redis.call('EXPIRE', key('stats:' .. req.today.day), 172800)
  end
  for _, a in ipairs(req.agents) do
    kept.agents[a.id], ctx.made[a.id] = bare(a), true
    a.offer, a.contacts, a.frozen, a.beside, a.ears, a.asked, a.consult = nil, {}, nil, nil, nil, nil, nil
    a.at_hand = a.at_hand == true or a.choice.reason == 'signed_in'
    a.ceiling = a.presence ~= 'offline' and life.ceiling(a.shift_from, a.shift_to) or nil
    agent_timers.go_on(a)
    help.go_on(a)
  end
  local on_call = {} -- by agent: the call for which their other work is paused
  for _, a in ipairs(req.agents) do moments.busy_by_agent.come(a, on_call) end
  for _, c in ipairs(req.contacts) do
    records.new_contact(bare(c))
    c.offer, c.cooling, c.passed_over, c.lane, c.sticky_for = nil, nil, nil, nil, nil
    if has(c.agent) and STATES[c.state].in_hands and not is_text(c) and not has(c.frozen_ms) then
      on_call[c.agent] = true
    end
    moments.busy_by_call.come(c, on_call)
  end
  for _, c in ipairs(req.contacts) do
    local a = agent(c.agent)
    local still = a and on_call[a.id]
    if c.state == State.PARKED and c.parked_for == 'call' and not still then
      c.state, c.parked_for = a and State.ACTIVE or State.QUEUED, nil
      c.units = a and ctx.cfg['units_' .. c.channel] or 0
    end
    if has(c.frozen_ms) then
      if still then a.frozen = c.id else c.frozen_ms, c.units = nil, ctx.cfg.units_voice end
    end
    local row = STATES[c.state]
    if row.waits then c.reason = nil end
    if not row.in_order then -- it does not wait: its ladder stands still
      if has(c.ladder_from) then c.ladder_ms = ladder.time(c) end
      c.ladder_from, c.round = nil, nil
    end
    if a and (row.in_hands or has(c.parked_for) and c.parked_for == 'call') then
      a.contacts[#a.contacts + 1] = c.id
    end
    if has(c.link_owner) then life.own(c, c.link_owner) end
    local on_line = c.channel == 'voice' and (c.state == State.DIALING or not offers.uncalled(c))
    if on_line and not row.over and c.link ~= 'streaming' then
      arm('caller', c.id, ctx.now + (c.state == State.ACTIVE and 3000 or 10000))
    end
    if row.lasts and not has(c.frozen_ms) then
      local at = ctx.now + (ctx.cfg[row.lasts] or row.lasts)
      arm(row.timer, c.id, row.anew and at or num(c['until'], at))
    end
    if row.idle and is_text(c) then arm(row.idle, c.id, ctx.now + ctx.cfg[row.idle]) end
    if c.fault == 'agent_sound_lost' then -- as long as anybody to come back
      c['until'] = ctx.now + ctx.cfg.come_back
      arm('comeback', c.id, c['until'])
    end
    telling.go_on(c)
    moments.rebuilt.come(c)
    if c.state == State.DIALING then effect('dial', c) end -- the record knows whether the call was attempted
    touch(c)
  end
  for _, a in ipairs(req.agents) do
    agents.settle(a)
    if a.media ~= 'up' then life.media_down(a, true) end
    if a.presence == 'lost' then
      a.presence = 'online'
      life.lose(a)
    end
  end
  for _, id in ipairs(req.back or {}) do event('contact.requeued', contact(id), { why = 'index_rebuilt' }) end
  for _, c in ipairs(req.contacts) do
    if c.state == State.QUEUED then
      waiting.begin_wait(c)
      if has(c.overflow_at) then outside.try(c) end
      if c.link == 'streaming' then arm('stream_idle', c.id, ctx.now + ctx.cfg.stream_idle) end
    else outside.stand(c) end
    standing.add(c)
  end
  for _, c in ipairs(req.contacts) do touch(c) end -- whoever is with us keeps the promises to them standing
  event('index.rebuilt', nil, { contacts = #req.contacts, agents = #req.agents })
  match.all()
  return entry.commit({ ok = true, epoch = ctx.epoch })
end)
