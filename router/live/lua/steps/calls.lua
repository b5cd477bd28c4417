-- Steps of calls: arrival, menu, waiting at the carrier, the stream, accept, connect, end.

local bare, has, key, num = values.bare, values.has, values.key, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm = deadlines.arm, deadlines.disarm
local effect = effects.add
local event = events.add
local mutation, no = entry.mutation, entry.no

-- Place in line: 1 + the number of contacts with a lower score that somebody on duty could take as well as
-- this one. A caller is never told a higher number than before.
local function place_of(c)
  local kept = ctx.kept
  local mine, on = ladder.step(c), {}
  for _, near in ipairs(candidates.ranked(mine)) do
    for cause, n in pairs(near.profile.causes) do
      if n > 0 and cause ~= 'lost' and cause ~= 'paused' then
        on[#on + 1] = near.profile
        break
      end
    end
  end
  local shares = {}
  local function shared(sig)
    if shares[sig] == nil then
      shares[sig] = #on == 0 -- nobody is on duty for it: everybody who came before counts
      for _, profile in ipairs(on) do
        if agents.satisfies(profile.skills, ladder.needs_of(sig)) then shares[sig] = true break end
      end
    end
    return shares[sig]
  end
  local ahead, mark = 0, '(' .. string.format('%.0f', c.score)
  waiting.flush_lanes()
  for _, lane in pairs(kept.lanes) do
    local head, score = waiting.head_of(lane)
    if head and score <= c.score and shared(lane.sig) then
      local k = key('lane:' .. lane.name)
      ahead = ahead + redis.call('ZCOUNT', k, '-inf', mark)
      for _, m in ipairs(redis.call('ZRANGE', k, c.score, c.score, 'BYSCORE')) do
        if m < waiting.member(c) then ahead = ahead + 1 end
      end
    end
  end
  for id in pairs(kept.aside) do
    local other = contact(id)
    if other and waiting.before(other, c) and shared(ladder.step(other).sig) then ahead = ahead + 1 end
  end
  local place = ahead + 1
  if has(c.told) and c.told < place then place = c.told end
  c.told = place
  return place
end

function calls.link_view(c)
  match.all()
  local told = c.channel == 'voice' and c.state == State.QUEUED and c.link ~= 'none'
  local place = told and place_of(c) or cjson.null
  return { ok = true, contact = c, place = place, stream = offers.wants_stream(c) }
end

function calls.call_lease(c)
  if c.link == 'none' then return end -- no carrier behind it: a replay, a simulation
  arm('caller', c.id, ctx.now + ctx.cfg.hold_loop + 10000)
end

-- The first report of a call that is new to us: contact as made by intake.
-- takes: contact, force, inline
-- refuses: bad_request, ended
-- tells: contact.arrived
mutation('enqueue', function(req)
  local c = contact(req.contact.id)
  if c then return { ok = true, duplicate = true, contact = c, stream = offers.wants_stream(c) } end
  local ours = req.contact.dir == 'out' and req.contact.channel == 'voice'
  if ours then return no('bad_request', 'ours_is_dialled') end
  local tomb = redis.call('GET', key('tomb:' .. req.contact.id))
  c = bare(req.contact)
  -- A call that ended in the index stays ended; only the report of an end that came before the call makes a
  -- record.
  if tomb and tomb ~= 'gone' and not req.force then return no('ended', 'ended_before') end
  records.new_contact(c)
  if req.force then
    redis.call('DEL', key('tomb:' .. c.id))
  elseif tomb then
    c.caller = 'gone'
    c.queued_at = num(c.queued_at, ctx.now)
    life.finish(c, 'abandoned', 'ended_before_arrival')
    return { ok = false, code = 'ended', contact = c }
  end
  c.state_at = ctx.now
  touch(c)
  if c.channel == 'voice' then
    ctx.inline = req.inline and c.id or nil
    if c.link ~= 'none' then c.quiet_until = ctx.now + 300 end
    calls.call_lease(c)
  end
  event('contact.arrived', c, { channel = c.channel, severity = c.severity })
  if c.state == State.IN_MENU then
    states.lasts(c, ctx.cfg.menu)
  elseif c.state == State.PARKED then
    arm('parked', c.id, num(c['until'], ctx.now + ctx.cfg.parked))
  elseif c.state == State.VOICEMAIL then -- closed
    outside.by_hours(c)
  else
    life.queue_now(c)
  end
  return calls.link_view(c)
end)

-- The menu's answer (or none): severity, queue, needs and score as triage decided.
-- takes: closed, contact, inline, set
-- refuses: unknown
mutation('triaged', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  ctx.inline = req.inline and c.id or nil
  if c.state == State.IN_MENU then
    for name, value in pairs(bare(req.set)) do c[name] = value end
    c.quiet_until = ctx.now + 300
    calls.call_lease(c)
    c.closed = nil
    if req.closed then outside.by_hours(c) else life.queue_now(c) end
  end
  return calls.link_view(c)
end)

-- The carrier asks while the caller waits: this renews the caller's lease and says what they hear. ended =
-- link epoch of a stream whose end the carrier reports (resume); stale reports change nothing.
-- takes: contact, ended
-- refuses: unknown
mutation('wait', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  ctx.inline = c.id
  c.quiet_until = ctx.now + 300
  local link, epoch = c.link, c.link_epoch
  if has(req.ended) and c.link == 'streaming' and tonumber(req.ended) >= num(c.link_epoch, 0) then
    life.link_down(c)
  end
  if offers.wants_stream(c) then
    effects.drop(c, 'open_stream')
    offers.ask_stream(c)
  else
    effects.drop(c, 'close_stream')
    disarm('stream_idle', c.id)
    life.link_down(c)
    calls.call_lease(c)
  end
  if c.link ~= link or c.link_epoch ~= epoch then touch(c) else records.keep(c) end
  return calls.link_view(c)
end)

-- A stream of ours has begun under this link epoch in this process.
-- takes: contact, link_epoch, proc
-- refuses: stale, unknown
-- tells: contact.stream_started
mutation('stream_started', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  if tonumber(req.link_epoch) < num(c.link_epoch, 0) then return no('stale', 'older_stream') end
  c.link = 'streaming'
  life.own(c, req.proc)
  effects.drop(c, 'open_stream')
  disarm('caller', c.id)
  if c.state == State.QUEUED then arm('stream_idle', c.id, ctx.now + ctx.cfg.stream_idle) end
  touch(c)
  event('contact.stream_started', c, { asked_ms = ctx.now - num(c.link_asked_at, ctx.now) })
  return { ok = true }
end)

-- The stream ended: the carrier may ask again (resume); until then the caller's lease runs.
-- takes: cause, contact, link_epoch
-- refuses: stale, unknown
-- tells: contact.stream_lost
mutation('stream_lost', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  if c.link ~= 'streaming' or tonumber(req.link_epoch) ~= num(c.link_epoch, 0) then
    return no('stale', 'older_stream')
  end
  life.link_down(c)
  arm('caller', c.id, ctx.now + 3000)
  touch(c)
  event('contact.stream_lost', c, { cause = req.cause })
  return { ok = true, contact = c }
end)

-- The POST of a redirect was refused or its outcome is unclear: the next wait request, or the lease, repairs
-- it.
-- takes: contact, link_epoch
-- refuses: stale
mutation('stream_failed', function(req)
  local c = contact(req.contact)
  if not c or c.link ~= 'asked' or tonumber(req.link_epoch) ~= num(c.link_epoch, 0) then
    return no('stale', 'moved_on')
  end
  arm('caller', c.id, ctx.now + 3000)
  return { ok = true, contact = c }
end)

-- We asked the carrier, and the call is alive: if we wanted a stream, request it again.
-- takes: contact
-- refuses: unknown
mutation('caller_alive', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  calls.call_lease(c)
  if c.link ~= 'streaming' and offers.wants_stream(c) and c.state ~= State.DIALING then
    life.link_down(c)
    offers.ask_stream(c)
  elseif c.link == 'asked' then
    life.link_down(c)
  end
  touch(c)
  return { ok = true, contact = c }
end)

-- agent: their word, who leaves a message: only while the call is theirs.
-- takes: agent, cause, contact
-- refuses: ended, not_yours, unknown
mutation('caller_gone', function(req)
  local c = contact(req.contact)
  if not c then
    -- If it ended here, that stands; if it was never here, a tombstone is left.
    local tomb = redis.call('GET', key('tomb:' .. req.contact))
    if tomb and tomb ~= 'gone' then return no('ended', 'ended_before') end
    redis.call('SET', key('tomb:' .. req.contact), 'gone', 'EX', 3600)
    return no('unknown', 'tombstone_left')
  end
  if has(req.agent) and c.agent ~= req.agent then return no('not_yours', 'call_not_yours') end
  life.gone(c, req.cause)
  return { ok = true }
end)

-- Our own call begins: the agent is already on the line and hears it ring.
local function begin_dial(c, a)
  states.enter(c, State.DIALING, ctx.cfg.dial + 15000)
  c.agent, c.units = a.id, ctx.cfg.units_voice
  c.link, c.link_epoch, c.link_asked_at = 'asked', 1, ctx.now
  effect('dial', c)
  event('contact.dialing', c, { agent = a.id })
end

-- Takes an offered (or pulled) contact: calls connect, a promised call is dialled, texts are in hand at once.
function calls.take(c, a, fence)
  waiting.step_aside(c)
  c.agent, c.fence, c.units, c.offer = a.id, fence, ctx.cfg['units_' .. c.channel], nil
  if has(a.offer) and a.offer.contact == c.id then a.offer = nil end
  if c.sticky_for then
    waiting.unname(c)
    disarm('sticky', c.id)
    c.sticky_for = nil
  end
  c.accepted_at = ctx.now
  a.contacts[#a.contacts + 1] = c.id
  life.answers(a)
  if offers.uncalled(c) then
    life.set_aside(a)
    begin_dial(c, a)
    life.in_hand(c)
  elseif c.channel == 'voice' then
    if STATES[c.state].overlaid then outside.interrupt(c)
    else states.enter(c, State.CONNECTING, ctx.cfg.connect) end
    life.set_aside(a)
  else
    states.enter(c, State.ACTIVE)
    life.in_hand(c)
  end
  touch(c)
  agents.settle(a)
  event('contact.accepted', c, { agent = a.id, waited_ms = ctx.now - num(c.queued_at, ctx.now) })
end

-- Accept: compares fence and state; `ended` takes precedence over `too_late`, and `too_late` over everything
-- else.
-- takes: agent, contact, fence
-- refuses: caller_gone, no_sound, not_yours, taken, too_late, unknown
mutation('accept', function(req)
  local a, c = agent(req.agent), contact(req.contact)
  if not c then
    if redis.call('EXISTS', key('tomb:' .. req.contact)) == 1 then
      return no('caller_gone', 'caller_hung_up')
    end
    return no('too_late', 'offer_gone')
  end
  if not a then return no('unknown', 'no_agent') end
  if c.agent == a.id and STATES[c.state].talks and c.fence == req.fence then
    return { ok = true, contact = c } -- the key was pressed twice
  end
  if not has(c.offer) or c.offer.fence ~= req.fence then
    if has(c.agent) and c.agent ~= a.id and c.fence == req.fence then
      local winner = agent(c.agent)
      return no('taken', 'taken_by', winner and has(winner.name) and winner.name ~= '' and winner.name or nil)
    end
    return no('too_late', 'offer_gone')
  end
  local mine = false
  for _, id in ipairs(c.offer.agents) do mine = mine or id == a.id end
  if not mine then
    return no(waiting.passed_over(c, a.id) and 'too_late' or 'not_yours', 'offer_not_yours')
  end
  if ctx.now >= c.offer.expires then return no('too_late', 'offer_over') end
  if c.channel == 'voice' and a.media ~= 'up' then return no('no_sound', 'your_sound') end
  for _, id in ipairs(c.offer.agents) do
    if id ~= a.id then offers.unring_one(c, agent(id), 'taken') end
  end
  calls.take(c, a, req.fence)
  return { ok = true, contact = c }
end)

-- takes: agent, contact, fence
-- refuses: too_late
-- tells: contact.declined
mutation('decline', function(req)
  local a, c = agent(req.agent), contact(req.contact)
  if not offers.rings_at(c, a, req.fence) then
    return no('too_late', 'offer_gone')
  end
  if ctx.now >= c.offer.expires then return no('too_late', 'offer_over') end
  waiting.exclude(c, a.id)
  if c.sticky_for == a.id then waiting.unstick(c) end
  event('contact.declined', c, { agent = a.id })
  offers.drop_out(c, a, 'declined')
  return { ok = true }
end)

-- Both legs are joined: two-way audio from now on.
-- takes: agent, contact
-- refuses: stale, unknown
-- tells: contact.answered
mutation('connected', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  if not STATES[c.state].talks or c.state == State.ACTIVE or c.agent ~= req.agent then
    return no('stale', 'moved_on')
  end
  states.enter(c, State.ACTIVE)
  c.talk_from = ctx.now
  life.in_hand(c)
  local again = has(c.answered_at) or nil
  local facts = life.answered(c)
  touch(c)
  local a = agent(c.agent)
  if a then
    agents.settle(a)
    if a.media ~= 'up' then life.media_down(a) end
  end
  event('contact.answered', c, { agent = c.agent, waited_ms = ctx.now - num(c.queued_at, ctx.now),
    again = again, facts = facts })
  return { ok = true }
end)

-- takes: agent, contact
-- refuses: bad_request, caller_gone, not_yours, too_late
-- tells: contact.declined
mutation('hang_up', function(req)
  local c = contact(req.contact)
  if not c then return no('caller_gone', 'call_ended') end
  if c.agent ~= req.agent then return no('not_yours', 'call_not_yours') end
  if c.channel ~= 'voice' then return no('bad_request', 'only_calls_hang_up') end
  if c.state == State.ACTIVE then
    effect('hang_up', c)
    life.wrap_up(c, 'agent_hung_up')
  elseif c.state == State.CONNECTING then -- nobody has spoken yet: the caller is offered to the next agent
    waiting.exclude(c, c.agent)
    event('contact.declined', c, { agent = c.agent })
    life.take_back(c, 'declined', false)
  elseif c.state == State.DIALING then
    effect('hang_up', c)
    life.finish(c, 'not_reached', 'agent_hung_up')
    life.release(c)
  else
    return no('too_late', 'call_ended')
  end
  return { ok = true }
end)

-- takes: agent, contact, on
-- refuses: not_yours
-- tells: contact.held, contact.resumed
mutation('hold', function(req)
  local c = contact(req.contact)
  if not c or c.agent ~= req.agent or c.state ~= State.ACTIVE then
    return no('not_yours', 'no_call_of_yours')
  end
  c.held = req.on and true or nil
  touch(c)
  event(req.on and 'contact.held' or 'contact.resumed', c)
  return { ok = true }
end)

-- takes: agent, comment, contact, disposition
-- refuses: not_yours, too_late
mutation('wrapped', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'work_closed') end
  if c.agent ~= req.agent then return no('not_yours', 'contact_not_yours') end
  if c.state ~= State.WRAPUP then return no('too_late', 'no_wrapup') end
  c.disposition, c.comment = req.disposition, req.comment
  life.finish(c, 'handled', c.cause)
  life.release(c)
  return { ok = true }
end)

-- takes: agent, contact
-- refuses: not_allowed, too_late
-- tells: contact.wrapup_extended
mutation('extend', function(req)
  local c = contact(req.contact)
  if not c or c.agent ~= req.agent or c.state ~= State.WRAPUP or has(c.frozen_ms) then
    return no('too_late', 'nothing_to_extend')
  end
  if num(c.extended, 0) >= 2 then return no('not_allowed', 'extended_twice') end
  c.extended = num(c.extended, 0) + 1
  c['until'] = c['until'] + ctx.cfg.wrapup_extension
  arm('wrap', c.id, c['until'])
  touch(c)
  local a = agent(c.agent)
  if a then agents.settle(a) end
  event('contact.wrapup_extended', c)
  return { ok = true }
end)

-- What keeps an agent from calling somebody (this contact) on their own initiative; they need not be
-- ready. What rings at their desk does not, unless it is an S1: it goes on to others. theirs = what its party
-- has open: nobody is called who is in a call.
function calls.cannot_dial(a, id, theirs)
  if not a or a.presence ~= 'online' then return no('not_ready', 'your_desk') end
  if a.media ~= 'up' then return no('no_sound', 'your_sound') end
  local load = agents.load_of(a)
  if load.voice or load.wrap then return no('not_ready', 'finish_first') end
  local rings = has(a.offer) and contact(a.offer.contact)
  if rings and rings.severity == 1 and rings.id ~= id then return no('not_ready', 'emergency_rings') end
  local x = standing.call_of(theirs, id)
  if not x then return end
  if x.state == State.DIALING then return no('not_allowed', 'others_call') end
  if STATES[x.state].beyond then
    local there = has(x.outside) and x.outside.word
    if there then return no('not_allowed', 'in_call_with', there) end
    return no('not_allowed', 'on_line')
  end
  local with = has(x.agent) and STATES[x.state].taken and agent(x.agent)
  if with then return no('not_allowed', 'in_call_with', with.name) end
  return no('not_allowed', 'on_line')
end

-- We call somebody: the agent is already on the line. The intent is in the database before this.
-- takes: agent, contact, theirs
-- refuses: no_sound, not_allowed, not_ready
mutation('dial', function(req)
  local a, c = agent(req.agent), contact(req.contact.id)
  if c or redis.call('EXISTS', key('tomb:' .. req.contact.id)) == 1 then
    return { ok = true, duplicate = true, contact = c or cjson.null }
  end
  local refusal = calls.cannot_dial(a, req.contact.id, req.theirs)
  if refusal then return refusal end
  c = bare(req.contact)
  records.new_contact(c)
  a.contacts[#a.contacts + 1] = c.id
  life.set_aside(a)
  begin_dial(c, a)
  touch(c)
  life.unring(a, 'in_a_call', false)
  agents.settle(a)
  return { ok = true, contact = c }
end)

-- It is dialled in so many ms: the account starts no more calls now. Its deadline counts from then. No event.
-- takes: contact, ms
-- refuses: stale
mutation('dial_waits', function(req)
  local c = contact(req.contact)
  if not c or c.state ~= State.DIALING then return no('stale', 'moved_on') end
  states.lasts(c, req.ms + ctx.cfg.dial + 15000)
  touch(c)
  return { ok = true }
end)

-- What the carrier reports about our call: its id, and that it rings.
-- takes: carrier_id, contact, progress
-- refuses: unknown
-- tells: contact.dial_progress
mutation('dial_progress', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  if has(req.carrier_id) then c.carrier_id = req.carrier_id end
  local rank = { queued = 1, ringing = 2, ['in-progress'] = 3 } -- callbacks come in any order
  if has(req.progress) and (rank[req.progress] or 0) > (rank[c.progress] or 0) then
    c.progress = req.progress
  end
  touch(c)
  event('contact.dial_progress', c, { progress = req.progress })
  return { ok = true, contact = c }
end)
