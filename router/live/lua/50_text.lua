-- Steps of texts and mails, and changes of severity.

-- The party wrote again on an open contact: clocks run anew; parked work returns to its place.
mutation('message_in', function(req)
  local c = contact(req.contact)
  if not c or c.state == 'ended' then return no('unknown', 'no open contact') end
  c.about = has(req.about) and req.about or c.about
  c.unread = num(c.unread, 0) + 1
  if has(c.answered_at) then c.answer_by = req.answer_by end
  touch(c)
  event('contact.message_received', c)
  if c.state == 'active' then
    arm('text_idle', c.id, ctx.now + ctx.cfg.text_idle)
  elseif c.state == 'parked' then
    disarm('parked', c.id)
    c.named, c.agent = c.agent, NULL
    c.queued_at = ctx.now
    c.score = req.score
    requeue(c, 'party_wrote')
  end
  return { ok = true, contact = c }
end)

-- A reply of the agent's went on its way. next = close (done) | wait (out of his hands until the
-- party writes). The first one is the first response.
mutation('reply', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'this contact is closed') end
  if c.agent ~= req.agent or c.state ~= 'active' or c.channel == 'voice' then
    return no('not_yours', 'this contact is not in your hands')
  end
  if req.sent then
    if not has(c.answered_at) then
      answered(c)
      event('contact.answered', c, { agent = c.agent, waited_ms = ctx.now - num(c.queued_at, ctx.now) })
    end
    c.unread = 0
    c.answer_by = NULL
  end
  if req.next == 'close' then
    c.disposition, c.comment = req.disposition, req.comment
    finish(c, 'handled', 'closed')
    release(c)
  elseif req.next == 'wait' then
    disarm('text_idle', c.id)
    local a = agent(c.agent)
    c.state, c.state_at, c.units, c['until'] = 'parked', ctx.now, 0, ctx.now + ctx.cfg.parked
    arm('parked', c.id, c['until'])
    touch(c)
    if a then
      leave(a, c)
      if #a.contacts == 0 then a.idle_since = ctx.now end
      settle(a)
      match_agent(a)
    end
    event('contact.parked', c)
  else
    arm('text_idle', c.id, ctx.now + ctx.cfg.text_idle)
    touch(c)
    event('contact.reply_sent', c)
  end
  return { ok = true, contact = c }
end)

-- Raised or lowered: the place is computed anew from the original arrival; waiting is not reset.
mutation('severity', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no open contact') end
  local before = c.severity
  if before == req.severity then return { ok = true } end
  c.severity, c.rule = req.severity, req.rule
  if not has(c.answered_at) then c.answer_by = req.answer_by end
  local waiting = redis.call('ZSCORE', key('waiting'), member(c))
  if c.state == 'queued' then
    unwait(c)
    c.score = req.score
    enlane(c)
  else
    c.score = req.score
    if waiting then redis.call('ZADD', key('waiting'), c.score, member(c)) end
  end
  if c.state == 'offered' and req.severity == 1 and has(c.offer) then
    local at = math.min(c.offer.expires, ctx.now + ctx.cfg.ring_s1)
    c.offer.expires, c['until'] = at, at
    arm('ring', c.id, at)
    local a = agent(c.offer.agents[1])
    if a and has(a.offer) then
      a.offer.expires = at
      settle(a)
    end
  end
  touch(c)
  event('contact.severity_changed', c, { from = before, to = req.severity, by = req.by })
  match_contact(c)
  return { ok = true, contact = c }
end)

-- A supervisor closes what needs nobody: any text, or a call that has ended already.
mutation('close_contact', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'closed already') end
  if c.channel == 'voice' and c.caller ~= 'gone' then return no('not_allowed', 'a call is hung up, not closed') end
  local rung = withdraw(c, 'closed')
  local bound = c.state == 'active' or c.state == 'wrapup' or c.state == 'connecting'
  finish(c, 'handled', 'closed')
  if bound then release(c) end
  if rung then match_agent(rung) end
  return { ok = true }
end)

-- Facts that arrived late: the incident, its number, who it is.
mutation('describe', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no open contact') end
  for _, name in ipairs({ 'incident', 'incident_no', 'who', 'about' }) do
    if has(req[name]) then c[name] = req[name] end
  end
  touch(c)
  event('contact.described', c)
  return { ok = true }
end)
