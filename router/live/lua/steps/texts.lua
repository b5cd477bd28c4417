-- Steps of texts and mails, and changes of severity.

local bare, has, key, num = values.bare, values.has, values.key, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm = deadlines.arm, deadlines.disarm
local event = events.add
local mutation, no = entry.mutation, entry.no

-- Work that a person set aside is back at its place, first for that person.
function texts.from_aside(c, why)
  c.named, c.agent, c.parked_for = c.agent or c.named, nil, nil
  offers.requeue(c, why, true)
end

-- The party wrote again on an open contact: clocks start again; parked work returns to its place.
-- takes: about, answer_by, contact, promote_at, score, worst
-- refuses: unknown
-- tells: contact.message_received
mutation('message_in', function(req)
  local c = contact(req.contact)
  if not c or c.state == State.ENDED then return no('unknown', 'no_open_contact') end
  c.about = has(req.about) and req.about or c.about
  c.unread = num(c.unread, 0) + 1
  if has(c.before) and has(req.worst) and req.worst < c.before.severity then -- no undo goes below this
    c.before = nil
  end
  if has(c.answered_at) then c.answer_by = req.answer_by end
  c.moved_at = ctx.now
  touch(c)
  telling.wrote(c)
  event('contact.message_received', c)
  if c.state == State.ACTIVE then
    arm('text_idle', c.id, ctx.now + ctx.cfg.text_idle)
  elseif c.state == State.PARKED then
    if c.parked_for == 'call' then return { ok = true, contact = c } end -- still in their hands
    if c.parked_for == 'until' then -- never answered: it keeps the place that it had
      texts.from_aside(c, 'party_wrote')
      return { ok = true, contact = c }
    end
    -- A new turn: wait and ladder begin again, and the agent who wrote is named.
    c.named, c.agent = c.agent, nil
    c.queued_at, c.order_at, c.score = ctx.now, ctx.now, req.score
    c.promote_at, c.promoted_at = req.promote_at, nil
    c.ladder_ms, c.ladder_from, c.step, c.passed_over, c.round = nil, nil, nil, nil, nil
    outside.forget(c)
    offers.requeue(c, 'party_wrote', true)
  end
  return { ok = true, contact = c }
end)

-- A reply of the agent's was sent. next = close (done) | wait (out of their hands until the party writes).
-- The first one is the first response. An agent who waits for the party may write once more. first: they
-- write to somebody of an incident, whoever has written to them before and waits.
-- takes: agent, comment, contact, disposition, first, next, sent
-- refuses: not_yours, too_late
-- tells: contact.answered, contact.parked, contact.reply_sent
mutation('reply', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'contact_closed') end
  local parked = c.state == State.PARKED and c.parked_for ~= 'call' -- set aside for a call, still theirs
  if c.channel ~= 'voice' and req.first and c.state == State.PARKED and c.parked_for == 'party' then
    c.agent = req.agent -- nobody has it in hand: whoever writes next has its answer
  end
  if c.agent ~= req.agent or not STATES[c.state].taken or c.channel == 'voice' then
    return no('not_yours', 'not_in_your_hands')
  end
  if req.sent then
    if not has(c.answered_at) then
      local facts = life.answered(c)
      event('contact.answered', c, { agent = c.agent, waited_ms = ctx.now - num(c.queued_at, ctx.now),
        facts = facts })
    end
    c.unread = 0
    c.answer_by = nil
    c.replied_at = ctx.now
  end
  if req.next == 'close' then
    c.disposition, c.comment = req.disposition, req.comment
    life.finish(c, 'handled', 'closed')
    if not parked then life.release(c) end -- it was already out of their hands
  elseif req.next == 'wait' then
    disarm('comeback', c.id)
    local a = not parked and agent(c.agent)
    c.fault = nil
    states.enter(c, State.PARKED, ctx.cfg.parked)
    c.units, c.parked_for = 0, 'party'
    touch(c)
    if a then
      agents.leave(a, c)
      a.idle_since = ctx.now
      agents.settle(a)
    end
    event('contact.parked', c, { why = 'awaits_their_answer' })
  else
    if c.state == State.ACTIVE then arm('text_idle', c.id, ctx.now + ctx.cfg.text_idle) end
    touch(c)
    if req.sent then event('contact.reply_sent', c) end
  end
  return { ok = true, contact = c }
end)

-- An agent has written to somebody first: contact and words are in the record, the words on their way. It
-- never is in anybody's hands: it waits for its party, or is over (next = close), and takes no room.
-- takes: agent, contact, next
-- tells: contact.written_first, contact.parked
mutation('write', function(req)
  local c = contact(req.contact.id)
  if c or redis.call('EXISTS', key('tomb:' .. req.contact.id)) == 1 then
    return { ok = true, duplicate = true, contact = c or cjson.null }
  end
  c = bare(req.contact)
  records.new_contact(c)
  c.agent, c.answered_at, c.replied_at = req.agent, ctx.now, ctx.now
  touch(c)
  event('contact.written_first', c, { agent = c.agent })
  if req.next == 'close' then
    life.finish(c, 'handled', 'closed')
    return { ok = true, contact = c }
  end
  states.enter(c, State.PARKED, ctx.cfg.parked)
  c.parked_for = 'party'
  event('contact.parked', c, { why = 'awaits_their_answer' })
  return { ok = true, contact = c }
end)

-- A supervisor closes what needs nobody: any text, or a call that has already ended.
-- takes: by, contact
-- refuses: not_allowed, too_late
mutation('close_contact', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'closed_before') end
  if c.channel == 'voice' and c.caller ~= 'gone' then return no('not_allowed', 'calls_hang_up') end
  offers.withdraw(c, 'closed')
  local bound = has(c.agent) and not (c.state == State.PARKED and c.parked_for ~= 'call')
  life.finish(c, 'handled', 'closed', req.by)
  if bound then life.release(c) end
  return { ok = true }
end)

-- A caller who gave up needs nobody any more: a person decided so.
-- takes: agent, contact
-- tells: contact.gave_up_done
mutation('abandoned_done', function(req)
  event('contact.gave_up_done', { id = req.contact }, { agent = req.agent })
  return { ok = true }
end)

-- Facts that arrived late: the incident, its number, the person; whom a promised call rings at first; for
-- whom alone it is (only), or no more (an empty one).
-- takes: contact, named, only
-- refuses: unknown
-- tells: contact.described
mutation('describe', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_open_contact') end
  for _, name in ipairs({ 'incident', 'incident_no', 'who', 'about' }) do
    if has(req[name]) then c[name] = req[name] end
  end
  if has(req.named) and has(c.callback) and not has(c.callback.given) and offers.uncalled(c) then
    c.named = req.named
    if has(c.sticky_for) and c.sticky_for ~= c.named then waiting.unstick(c) end
  end
  local only = has(req.only) and (next(req.only) and req.only or nil)
  if only or only == nil and has(c.only) then listed.now(c, only) end
  touch(c)
  event('contact.described', c)
  return { ok = true }
end)
