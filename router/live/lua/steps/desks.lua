-- Steps of agents: sign-in, choice, presence, sound.

local has, key, num = values.has, values.key, values.num
local agent, contact, touch, touch_agent = records.agent, records.contact, records.touch, records.touch_agent
local disarm = deadlines.disarm
local event = events.add
local mutation, no = entry.mutation, entry.no

local function back_in_hand(c)
  c.fault = nil
  if c.state ~= State.PARKED then c['until'] = nil end
  disarm('comeback', c.id)
  touch(c)
end

-- Back, or here for the first time: what they lost with their connection is in their hands again.
local function come_online(a, conn)
  a.presence, a.conn = 'online', conn
  agent_timers.arm_all(a)
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.fault == 'agent_lost' then back_in_hand(c) end
  end
  moments.back.come(a)
  agents.settle(a)
end

-- The record of somebody who has not had a desk yet.
function desks.unknown(id, name)
  local a = { id = id, name = name, choice = { reason = 'signed_in' }, presence = 'offline', media = 'down',
    state = AgentState.OFFLINE, state_at = ctx.now, idle_since = ctx.now, used = 0, contacts = {},
    skills = {} }
  ctx.kept.agents[id], ctx.made[id] = a, true
  return a
end

-- For somebody who was away, idle time starts again.
local function wake(a)
  if a.presence == 'offline' then a.idle_since, a.at_hand = ctx.now, true end
end

-- takes: agent, conn
-- tells: agent.online
mutation('agent_online', function(req)
  local kept, known = ctx.kept, req.agent
  local a = agent(known.id)
  if not a then
    a = desks.unknown(known.id, known.name)
    -- The index was rebuilt by somebody who did not know this desk: it goes on as it was.
    if has(known.choice) then a.choice = known.choice end
  end
  wake(a)
  local at = kept.at[a.id]
  local ceiling = life.ceiling(known.shift_from, known.shift_to)
  if at and at.profile.text ~= agents.sign(known.skills, known.floor, ceiling) then life.off_duty(a) end
  a.name, a.skills = known.name, known.skills
  a.floor, a.ceiling, a.supervisor = known.floor, ceiling, known.supervisor
  a.stage, a.shift_from, a.shift_to = known.stage, known.shift_from, known.shift_to
  a.buddy = known.buddy
  moments.known.come(a)
  come_online(a, req.conn)
  event('agent.online', nil, { agent = a.id })
  return { ok = true }
end)

-- Back with the skills that are known; used where no account is read (a replay).
-- takes: agent, conn
-- refuses: unknown
-- tells: agent.online
mutation('agent_back', function(req)
  local a = agent(req.agent)
  if not a then return no('unknown', 'no_agent') end
  if a.presence == 'online' then return { ok = true } end
  wake(a)
  a.ceiling = life.ceiling(a.shift_from, a.shift_to)
  come_online(a, req.conn)
  event('agent.online', nil, { agent = a.id })
  return { ok = true }
end)

-- The page answered a server message, so its lease runs on. No event: nothing that a person sees has changed.
-- takes: agent, conn
-- refuses: stale
mutation('agent_seen', function(req)
  local a = agent(req.agent)
  if not a or a.conn ~= req.conn then return no('stale', 'other_desk') end
  if a.presence == 'online' then agent_timers.arm(a, 'lease') end
  return { ok = true, presence = a.presence }
end)

-- The page's socket closed. A newer connection of the same agent is not affected.
-- takes: agent, conn
-- refuses: stale
mutation('agent_lost', function(req)
  local a = agent(req.agent)
  if not a or a.conn ~= req.conn then return no('stale', 'other_desk') end
  life.lose(a)
  return { ok = true }
end)

-- Of an older page of theirs nothing counts: it may be told late, by a process that hung.
-- takes: agent, epoch, media, proc
-- refuses: unknown
-- tells: agent.sound_down, agent.sound_up
mutation('agent_media', function(req)
  local a = agent(req.agent)
  if not a then return no('unknown', 'no_agent') end
  if num(req.epoch, 0) < num(a.media_epoch, 0) then return { ok = true } end
  if req.media == 'up' then
    if a.media_proc ~= req.proc then touch_agent(a) end
    a.media_proc, a.media_epoch = req.proc, req.epoch
    redis.call('SADD', key('media_of:' .. req.proc), a.id)
  elseif has(a.media_proc) and a.media_proc ~= req.proc then
    return { ok = true } -- it ended where they were before
  end
  if a.media == req.media then return { ok = true } end
  if req.media == 'up' then life.media_up(a) else life.media_down(a) end
  agents.settle(a)
  event(req.media == 'up' and 'agent.sound_up' or 'agent.sound_down', nil, { agent = a.id })
  return { ok = true }
end)

-- Ready or paused. A pause during an open offer declines it; a pause during work takes effect after it.
-- takes: agent, choice
-- refuses: unknown
-- tells: agent.ready, contact.declined
mutation('agent_choice', function(req)
  local a = agent(req.agent)
  if not a then return no('unknown', 'no_agent') end
  a.state_at = a.state == AgentState.PAUSED and ctx.now or a.state_at
  if a.state == AgentState.RINGING then a.before = nil end -- a new pause begins now
  local choice = values.bare(req.choice)
  if choice.ready then
    a.choice, a.absent, a.misses, a.spared = choice, nil, nil, nil
    agents.settle(a)
    event('agent.ready', nil, { agent = a.id })
    return { ok = true }
  end
  local c = has(a.offer) and contact(a.offer.contact)
  a.choice = choice -- before the offer goes on, so that it does not go to them
  if c and has(c.offer) then
    waiting.exclude(c, a.id)
    if c.sticky_for == a.id then waiting.unstick(c) end
    event('contact.declined', c, { agent = a.id })
    offers.drop_out(c, a, 'declined')
  end
  life.pause(a, choice)
  return { ok = true }
end)

-- A supervisor makes ready whoever is at a desk: connected, with sound, without a call or a wrap-up.
-- takes: agent, by
-- refuses: not_ready, unknown
-- tells: agent.made_ready
mutation('make_ready', function(req)
  local a = agent(req.agent)
  if not a then return no('unknown', 'no_agent') end
  if a.choice.ready and a.presence == 'online' then return no('not_ready', 'ready_before') end
  if not agents.paused_at_desk(a, agents.load_of(a)) then return no('not_ready', 'not_at_desk') end
  a.state_at = a.state == AgentState.PAUSED and ctx.now or a.state_at
  a.choice = { ready = true, by = req.by }
  a.absent, a.misses, a.spared = nil, nil, nil
  agents.settle(a)
  event('agent.made_ready', nil, { agent = a.id, by = req.by })
  return { ok = true }
end)

-- What the page says after a missed offer: that they were active, or the result of the desk's own test.
-- Whether they were active is kept nowhere.
-- takes: active, agent, detail, passed
-- refuses: too_late
-- tells: agent.self_tested
mutation('selftest', function(req)
  local a = agent(req.agent)
  if not a or not has(a.testing) then return no('too_late', 'no_test') end
  local miss = has(a.miss) and a.miss
  life.test_over(a)
  event('agent.self_tested', nil, { agent = a.id, reason = req.detail, ok = req.passed })
  if not req.passed then life.pause(a, { reason = 'self_test_failed' })
  elseif miss and req.active then life.missed_active(a, miss)
  elseif miss and has(miss.before) then life.pause_missed(a)
  else agents.settle(a) end
  return { ok = true }
end)

-- Their session is over: from now on they hear nobody else's call, whatever becomes of their page and sound.
-- board: by that one; nil: by their desk.
-- takes: agent, board
mutation('session_over', function(req)
  local a, board = agent(req.agent), has(req.board) and req.board or nil
  if a then
    moments.session_over.come(a, board)
    agents.settle(a)
  end
  return { ok = true }
end)

-- They leave for good: their offers, texts and calls go back.
function desks.go_offline(a, reason)
  a.choice = { reason = reason }
  a.testing, a.miss = nil, nil
  life.off_duty(a)
  life.unring(a, 'agent_left', false)
  local mine = a.contacts
  for _, id in ipairs(mine) do
    local c = contact(id)
    if c and STATES[c.state].returns and not moments.not_back.come(c) then
      life.take_back(c, 'agent_left', true)
    end
  end
  moments.desk_left.come(a)
  a.presence, a.media, a.conn = 'offline', 'down', nil
  agent_timers.disarm_all(a)
  agent_timers.arm(a, 'ears') -- their board may still hear a call
  agent_timers.arm(a, 'help') -- somebody may still see to it
  agents.settle(a)
  event('agent.offline', nil, { agent = a.id })
end

-- takes: agent, force
-- refuses: not_ready
mutation('agent_off', function(req)
  local a = agent(req.agent)
  if not a then return { ok = true } end
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.channel == 'voice' and c.state ~= State.WRAPUP and not req.force then
      return no('not_ready', 'end_the_call')
    end
  end
  a.presence = a.presence == 'online' and 'lost' or a.presence -- nothing may be offered to them in between
  moments.signed_out.come(a)
  desks.go_offline(a, 'signed_out')
  return { ok = true }
end)
