-- Promised calls: contacts of ours that wait in the one order and are dialled when an agent takes them.

local bare, has, key, num = values.bare, values.has, values.key, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local fire = deadlines.fire
local event = events.add
local mutation, no = entry.mutation, entry.no

-- The promise is already in the record. Before its moment, and while its party is with us, it waits outside
-- the order. instead = the waiting call whose place it takes; theirs = what its party has open, by the
-- record: told again where that has become more in the meantime.
-- takes: contact, instead, theirs
-- refuses: too_late
-- tells: contact.callback_promised
mutation('callback', function(req)
  local c = contact(req.contact.id)
  if c or redis.call('EXISTS', key('tomb:' .. req.contact.id)) == 1 then
    if c then standing.add(c, req.theirs) end
    return { ok = true, duplicate = true, contact = c or cjson.null }
  end
  local old = contact(req.instead)
  if old then
    if not STATES[old.state].waits then return no('too_late', 'others_answer') end
    offers.withdraw(old, 'callback')
    life.finish(old, 'callback', 'asked_for_callback')
  end
  c = bare(req.contact)
  records.new_contact(c)
  c.state_at = ctx.now
  touch(c)
  event('contact.callback_promised', c, { by = c.callback.by })
  states.enter(c, State.SCHEDULED, math.max(0, num(c.not_before, 0) - ctx.now))
  standing.add(c, req.theirs)
  standing.settle()
  standing.look(c, true)
  return { ok = true, contact = c }
end)

-- Its moment has come, or it has stood long enough: it enters the order, unless its party is with us.
function fire.due(id)
  local c = contact(id)
  if c and c.state == State.SCHEDULED then standing.look(c, true) end
end

-- Nobody needs this call any more, or it is moved (to: not before this moment; note: why). If it is being
-- dialled already, it goes on.
-- takes: by, cause, contact, note, to
-- refuses: too_late
-- tells: contact.callback_cancelled
mutation('cancel_callback', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'over') end
  if not offers.uncalled(c) or c.state == State.DIALING then return no('too_late', 'being_called') end
  offers.withdraw(c, 'cancelled')
  if has(req.to) then c.not_before = req.to end
  if has(req.note) and req.note ~= '' then c.callback.note = req.note end
  event('contact.callback_cancelled', c, { by = req.by, cause = req.cause })
  life.finish(c, 'cancelled', req.cause)
  return { ok = true }
end)

-- A person gives this call alone to somebody: it rings there first, whoever owns its incident. seen = to whom
-- it was given before, as the page showed it ('': to nobody).
-- takes: agent, by, contact, seen
-- refuses: too_late
-- tells: contact.callback_given
mutation('give_callback', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'over') end
  if not offers.uncalled(c) or c.state == State.DIALING then return no('too_late', 'being_called') end
  local given = c.callback.given or ''
  if given == req.agent then return { ok = true, duplicate = true } end
  if given ~= req.seen then return no('too_late', 'given_meanwhile') end
  c.callback.given, c.named = req.agent, req.agent
  if has(c.sticky_for) and c.sticky_for ~= c.named then waiting.unstick(c) end
  touch(c)
  event('contact.callback_given', c, { by = req.by, handed_to = req.agent })
  return { ok = true }
end)

-- They are with this party: on a call, in its wrap-up, or with a text of theirs in hand.
local function with_them(c, by, id)
  local x = contact(id)
  if not x or x.id == c.id or not has(c.party) or x.party ~= c.party then return false end
  local row = STATES[x.state]
  return row.in_hands and row.taken and x.agent == by
end

-- Whom it is named for, who has a contact of theirs in hand (through), says that it is not needed: the party
-- was reached. steers: a supervisor may say so of any, and without such a contact says why (reason).
-- takes: agent, contact, reason, steers, through
-- refuses: bad_request, not_yours, too_late
-- tells: contact.callback_cancelled
mutation('not_needed', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'over') end
  if not offers.uncalled(c) or c.state == State.DIALING then return no('too_late', 'being_called') end
  if not req.steers and c.named ~= req.agent then return no('not_yours', 'others_have_them') end
  if has(req.through) or not req.steers then
    if not with_them(c, req.agent, req.through) then return no('not_yours', 'not_with_them') end
  elseif not has(req.reason) or req.reason == '' then return no('bad_request', 'say_why') end
  offers.withdraw(c, 'cancelled')
  event('contact.callback_cancelled', c, { by = req.agent, cause = 'not_needed' })
  life.finish(c, 'cancelled', 'not_needed')
  return { ok = true }
end)

-- An agent calls now, whatever the order says; they need not be ready.
-- takes: agent, contact, theirs
-- refuses: no_sound, not_allowed, not_ready, taken, too_late
-- tells: contact.pulled
mutation('callback_now', function(req)
  local a, c = agent(req.agent), contact(req.contact)
  if not c then return no('too_late', 'over') end
  if not offers.uncalled(c) or c.state == State.DIALING then return no('taken', 'others_call') end
  local refusal = calls.cannot_dial(a, c.id, req.theirs)
  if refusal then return refusal end
  offers.withdraw(c, 'taken')
  c.queued_at = num(c.queued_at, ctx.now)
  calls.take(c, a, memory.next_fence())
  life.unring(a, 'in_a_call', false)
  event('contact.pulled', c, { agent = a.id })
  return { ok = true, contact = c }
end)
