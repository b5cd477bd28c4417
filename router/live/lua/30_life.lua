-- Life: how a contact waits, is answered, is lost, ends. Pieces that the steps below share.

local TIMERS = { 'ring', 'connect', 'wrap', 'caller', 'menu', 'comeback', 'cool', 'stream_idle', 'dial', 'text_idle', 'parked' }

local function own(c, proc)
  if has(c.link_owner) then redis.call('SREM', key('owned:' .. c.link_owner), c.id) end
  c.link_owner = proc or NULL
  if proc then redis.call('SADD', key('owned:' .. proc), c.id) end
end

local function link_down(c)
  if c.link == 'streaming' or c.link == 'asked' then
    c.link = 'at_carrier'
    own(c, nil)
  end
end

local function finish(c, outcome, cause)
  unwait(c)
  for _, kind in ipairs(TIMERS) do disarm(kind, c.id) end
  drop_effect('open_stream', c)
  drop_effect('close_stream', c)
  drop_effect('look_up', c)
  own(c, nil)
  c.state, c.state_at, c['until'] = 'ended', ctx.now, NULL
  c.ended_at, c.outcome, c.cause, c.units = ctx.now, outcome, cause, 0
  redis.call('SET', key('tomb:' .. c.id), outcome, 'EX', 3600)
  touch(c)
  event('contact.ended', c, { outcome = outcome, cause = cause })
end

-- Frees the agent of a contact; idle_since counts from here, and he is matched at once.
local function release(c)
  local a = agent(c.agent)
  if not a then return end
  leave(a, c)
  if c.channel == 'voice' or #a.contacts == 0 then a.idle_since = ctx.now end
  settle(a)
  match_agent(a)
end

local function queue_now(c)
  disarm('menu', c.id)
  c.state, c.state_at, c['until'] = 'queued', ctx.now, NULL
  c.queued_at = ctx.now
  enlane(c)
  touch(c)
  count(c, 'queued')
  event('contact.queued', c, { severity = c.severity, queue = c.queue, channel = c.channel })
  match_contact(c)
end

local function wrap_up(c)
  c.state, c.state_at = 'wrapup', ctx.now
  c.talk_ms = ctx.now - num(c.answered_at, ctx.now)
  c['until'] = ctx.now + num(c.wrapup_ms, 30000)
  c.fault, c.held = NULL, false
  disarm('comeback', c.id)
  disarm('caller', c.id)
  arm('wrap', c.id, c['until'])
  touch(c)
  local a = agent(c.agent)
  if a then settle(a) end
  event('contact.wrapup_started', c, { talk_ms = c.talk_ms })
end

-- The person outside has gone, by whatever news of it; the first news counts.
local function gone(c, cause)
  if c.caller == 'gone' then return end
  c.caller = 'gone'
  c.gone_at = ctx.now
  link_down(c)
  c.link = 'none'
  drop_effect('open_stream', c)
  drop_effect('close_stream', c)
  drop_effect('hang_up', c)
  touch(c)
  if c.state == 'active' then
    wrap_up(c)
  elseif c.state == 'dialing' then
    finish(c, 'not_reached', cause)
    release(c)
  elseif c.state ~= 'wrapup' and c.state ~= 'ended' then
    local a = c.state == 'connecting' and agent(c.agent) or nil
    local rung = withdraw(c, 'caller_gone')
    if c.state ~= 'in_menu' then count(c, 'abandoned') end
    finish(c, 'abandoned', cause)
    if a then release(c) end
    if rung then match_agent(rung) end
  end
end

-- An agent who rang or talked is away from this contact; it goes back to its place.
local function take_back(c, why, named)
  local a = agent(c.agent)
  disarm('connect', c.id)
  disarm('comeback', c.id)
  disarm('text_idle', c.id)
  if named and a then c.named = a.id end
  local again = a
  if a then
    leave(a, c)
    settle(a)
  end
  requeue(c, why)
  if again then match_agent(again) end
end

-- Offers of an agent who cannot answer go on at once; that is not a miss.
local function unring(a, code, voice_only)
  if not has(a.offer) then return end
  local c = contact(a.offer.contact)
  if c and voice_only and is_text(c) then return end
  if c and c.state == 'offered' then
    withdraw(c, code)
    requeue(c, code)
  else
    a.offer = NULL
  end
end

local FAULT_MEDIA = 'agent_sound_lost'

local function media_down(a)
  a.media = 'down'
  unring(a, 'sound_lost', true)
  local held = a.contacts
  for _, id in ipairs(held) do
    local c = contact(id)
    if c and c.channel == 'voice' and c.state == 'connecting' then
      take_back(c, 'sound_lost', false)
    elseif c and c.channel == 'voice' and c.state == 'active' and not has(c.fault) then
      c.fault, c['until'] = FAULT_MEDIA, ctx.now + ctx.cfg.come_back
      arm('comeback', c.id, c['until'])
      touch(c)
      event('contact.agent_sound_lost', c, { agent = a.id })
    end
  end
end

local function media_up(a)
  a.media = 'up'
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.channel == 'voice' and c.fault == FAULT_MEDIA then
      c.fault, c['until'] = NULL, NULL
      disarm('comeback', c.id)
      touch(c)
      event('contact.agent_sound_back', c, { agent = a.id })
    end
  end
end

local function lose(a)
  if a.presence ~= 'online' then return end
  a.presence, a.lost_at = 'lost', ctx.now
  disarm('lease', a.id)
  unring(a, 'agent_lost', false)
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and is_text(c) and c.state == 'active' then
      c.fault, c['until'] = 'agent_lost', ctx.now + ctx.cfg.come_back
      arm('comeback', c.id, c['until'])
      touch(c)
    end
  end
  arm('offline', a.id, ctx.now + ctx.cfg.lost_to_offline)
  settle(a)
  event('agent.lost', nil, { agent = a.id })
end

local function answered(c)
  c.answered_at = ctx.now
  if c.dir == 'in' then
    count(c, 'answered')
    if ctx.now <= num(c.answer_by, ctx.now) then count(c, 'in_target') end
  end
end
