-- Actions beyond matching: pull, assign, transfer, return, park, force release. All of them keep the score.

local has, num = values.has, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local disarm = deadlines.disarm
local effect = effects.add
local event = events.add
local is_text = agents.is_text
local mutation, no = entry.mutation, entry.no

function steering.name_of(a) return has(a.name) and a.name ~= '' and a.name or a.id end

-- Nobody has it: it waits, rings, or is a caller with the carrier whom somebody here may have.
local function may_be_given(c)
  return STATES[c.state].waits or waiting.stands(c) or STATES[c.state].overlaid and has(c.offer)
end

-- Room regardless of skills: an agent who is asked by name may have it.
local function may_by_name(c, a)
  local was, at = c.ladder, c.step
  c.ladder, c.step = nil, nil
  local cost, cause = agents.may(c, a, true)
  c.ladder, c.step = was, at
  return cost, cause
end

-- An offer to one named person, whatever the order says. why: assigned or transferred, and by which account.
local function offer_by_name(c, a, why, by, by_name)
  offers.withdraw(c, 'assigned')
  if STATES[c.state].waits and c.state ~= State.QUEUED then
    offers.requeue(c, why, false) -- its wait continues: no new hold
  end
  ctx.seek_c[c.id] = nil
  local one = { id = a.id, cost = 0, displaces = 0, why = why, by = by, by_name = by_name }
  local round = c.round
  c.round = nil -- one person, not a round of three
  offers.to(c, { one, again = waiting.passed_over(c, a.id) })
  c.round = math.max(num(round, 0), 1)
end

-- For whoever takes it at once what rings at their desk makes room, unless it is an S1: that one is answered
-- or declined first.
local function may_take(c, a)
  local offer = a.offer
  local rings = has(offer) and contact(offer.contact)
  local stays = rings and rings.severity == 1
  if not stays then a.offer = nil end
  local cost, cause = may_by_name(c, a)
  a.offer = offer
  if cost and stays then return nil, 'ringing' end
  return cost, cause
end

-- What else rings at their desk goes on to others.
-- takes: agent, contact
-- refuses: not_ready, taken, too_late, unknown
-- tells: contact.pulled
mutation('pull', function(req)
  local a, c = agent(req.agent), contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if not a then return no('unknown', 'no_agent') end
  if has(c.stands) then return no('not_ready', 'you_cannot', nil, 'stands') end
  if not may_be_given(c) then return no('taken', 'somebody_took_it') end
  if has(c.offer) and has(a.offer) and a.offer.contact == c.id then
    return no('not_ready', 'rings_at_yours')
  end
  local cost, cause = may_take(c, a)
  if not cost then return no('not_ready', 'you_cannot', nil, cause) end
  offers.withdraw(c, 'taken')
  calls.take(c, a, memory.next_fence())
  life.unring(a, 'took_another', false)
  offers.ask_stream(c)
  event('contact.pulled', c, { agent = a.id })
  return { ok = true, contact = c }
end)

-- takes: agent, by, by_name, contact
-- refuses: not_ready, taken, too_late, unknown
-- tells: contact.assigned
mutation('assign', function(req)
  local a, c = agent(req.agent), contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if not a then return no('unknown', 'no_agent') end
  if has(c.stands) then return no('not_ready', 'they_cannot', steering.name_of(a), 'stands') end
  if not may_be_given(c) then return no('taken', 'somebody_took_it') end
  local cost, cause = may_by_name(c, a)
  if not cost then return no('not_ready', 'they_cannot', steering.name_of(a), cause) end
  event('contact.assigned', c, { agent = a.id, by = req.by })
  offer_by_name(c, a, 'assigned', req.by, req.by_name)
  return { ok = true, contact = c }
end)

-- Out of one agent's hands: to another agent, a queue or skills. The caller hears music meanwhile.
-- takes: agent, contact, ladder, needs, queue, to_agent, wrapup_ms
-- refuses: bad_request, not_ready, not_yours, too_late, unknown
-- tells: contact.transferred
mutation('transfer', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if c.agent ~= req.agent or c.state ~= State.ACTIVE then return no('not_yours', 'not_in_your_hands') end
  local to = has(req.to_agent) and agent(req.to_agent)
  if has(req.to_agent) then
    if not to then return no('unknown', 'no_agent') end
    if to.id == c.agent then return no('bad_request', 'in_your_hands') end
    local cost, cause = may_by_name(c, to)
    if not cost then return no('not_ready', 'they_cannot', steering.name_of(to), cause) end
  end
  event('contact.transferred', c, { agent = c.agent, handed_to = req.to_agent or req.queue, needs = req.needs,
    by = req.agent })
  local from = agent(c.agent)
  moments.handed_on.come(c, from)
  c.named = to and to.id or nil
  if has(req.ladder) then
    c.ladder, c.ladder_ms, c.step = req.ladder, nil, nil
    outside.forget(c)
    if has(req.queue) then c.queue, c.wrapup_ms = req.queue, num(req.wrapup_ms, c.wrapup_ms) end
  end
  waiting.cool(c, from.id)
  life.take_back(c, 'transferred', false)
  if to then offer_by_name(c, to, 'transferred', from.id, steering.name_of(from)) end
  return { ok = true, contact = c }
end)

-- Back to its place, because the agent asked for it.
-- takes: agent, contact
-- refuses: not_yours
-- tells: contact.returned
mutation('return', function(req)
  local c = contact(req.contact)
  if not c or c.agent ~= req.agent or c.state ~= State.ACTIVE then
    return no('not_yours', 'not_in_your_hands')
  end
  waiting.cool(c, c.agent)
  event('contact.returned', c, { agent = c.agent })
  life.take_back(c, 'returned', false)
  return { ok = true, contact = c }
end)

-- A text is set aside without an answer, until a moment or until its party writes; meanwhile nobody has it in
-- hand, and it keeps its place. steers: a supervisor may do this, whoever has it or if it waits.
-- takes: agent, contact, steers, until
-- refuses: bad_request, not_yours, too_late
-- tells: contact.parked
mutation('park', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if not is_text(c) then return no('bad_request', 'calls_are_held') end
  local mine = c.state == State.ACTIVE and (req.steers or c.agent == req.agent)
  if not mine and not (req.steers and STATES[c.state].waits) then
    return no('not_yours', 'not_in_your_hands')
  end
  local a = c.state == State.ACTIVE and agent(c.agent)
  offers.withdraw(c, 'parked')
  waiting.unwait(c)
  waiting.unname(c)
  c.sticky_for = nil
  life.in_hand(c)
  disarm('comeback', c.id)
  states.enter(c, State.PARKED, math.max(0, num(req['until'], ctx.now + ctx.cfg.parked) - ctx.now))
  c.units, c.fault, c.parked_for = 0, nil, 'until'
  touch(c)
  if a then
    agents.leave(a, c)
    a.idle_since = ctx.now
    agents.settle(a)
  end
  event('contact.parked', c, { agent = c.agent, by = req.agent, why = 'set_aside' })
  return { ok = true, contact = c }
end)

-- takes: agent, contact, steers
-- refuses: not_yours, too_late
mutation('unpark', function(req)
  local c = contact(req.contact)
  if not c or c.state ~= State.PARKED or c.parked_for ~= 'until' then
    return no('too_late', 'not_set_aside')
  end
  if c.agent ~= req.agent and not req.steers then return no('not_yours', 'others_set_it_aside') end
  texts.from_aside(c, 'unparked')
  return { ok = true, contact = c }
end)

-- A supervisor frees an agent of work that is stuck: a party who still waits goes back to their place.
-- takes: by, contact
-- refuses: not_allowed, too_late
-- tells: contact.force_released
mutation('force_release', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if c.state == State.OUTSIDE then
    event('contact.force_released', c, { by = req.by })
    outside.back(c, 'force_released')
    return { ok = true, contact = c }
  end
  if (not has(c.agent) and c.state ~= State.AWAY) or c.state == State.QUEUED then
    return no('not_allowed', 'nobody_has_it')
  end
  event('contact.force_released', c, { agent = c.agent, by = req.by })
  if STATES[c.state].over or c.state == State.AWAY or c.caller == 'gone' or offers.uncalled(c) then
    if c.caller ~= 'gone' then effect('hang_up', c) end
    life.finish(c, 'unfinished', 'force_released')
    life.release(c)
  else
    waiting.cool(c, c.agent)
    life.take_back(c, 'force_released', false)
  end
  return { ok = true, contact = c }
end)
