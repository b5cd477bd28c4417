-- Outside: callers whom nobody here takes go to the numbers on call, and otherwise to the voicemail.
--
--   queued -> outside (it rings there) -> away (somebody pressed the key) -> ended
--               `-> queued (the next number)    queued -> voicemail -> ended
--
-- The numbers, and who is on call when, are known outside the index, which has only names.

local has, num = values.has, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm, fire = deadlines.arm, deadlines.disarm, deadlines.fire
local effect = effects.add
local event = events.add
local tier = ladder.tier
local is_text = agents.is_text
local mutation, no = entry.mutation, entry.no

-- How a call ends if its caller was not with us at that moment.
outside.ends = { [State.AWAY] = 'handled', [State.VOICEMAIL] = 'voicemail' }

-- Somebody in this pool has not been asked for it in this pass.
local function unasked(c, pool)
  for i = pool and pool.from or 1, pool and #pool or 0 do
    local id = not pool[i].gone and pool[i].id
    if id and not waiting.passed_over(c, id) and not waiting.given_up(c, id) then return true end
  end
  return false
end

-- Nobody on duty may be offered its tier and answers, and nobody else who may be asked for it has not been.
function outside.nobody_here(c)
  if has(c.only) and c.severity > 1 then return not listed.there(c, true) end
  local n, t = 0, tier(c)
  for _, profile in pairs(ctx.kept.profiles) do
    if t >= profile.floor and t <= profile.ceiling then
      n = n + agents.present(profile)
      if unasked(c, profile.pools.v5) or t == 0 and unasked(c, profile.pools.v6) then return false end
    end
  end
  for id in pairs(has(c.refusals) and c.refusals or {}) do
    local a = waiting.given_up(c, id) and agent(id)
    if a and agents.on_duty(a) and agents.in_tiers(c, a) and not agents.is_absent(a) then n = n - 1 end
  end
  return n <= 0
end

function outside.may_go(c)
  return ctx.cfg.on_call == true and c.channel == 'voice' and not offers.uncalled(c)
    and c.link ~= 'none' and c.caller ~= 'gone'
end

-- Asks for the next number on call; a process that answers the carrier at this moment may be quicker.
function outside.try(c)
  if is_text(c) then return telling.settle(c) end
  if not outside.may_go(c) then return end
  effect('overflow', c, math.max(ctx.now, num(c.quiet_until, 0)))
end

-- step: where its ladder is; last: whether it ends outside at all.
function outside.overflowed(c, step, last)
  if has(c.overflow_at) or not last.overflow then return end
  local at_once = outside.may_go(c) or telling.may(c)
  if not step.overflow and not (at_once and outside.nobody_here(c)) then return end
  c.overflow_at = ctx.now
  event('contact.overflow', c)
  outside.try(c)
end

-- The numbers on call are no longer its way out: the ladder begins again, or ends here.
function outside.forget(c)
  if STATES[c.state].beyond then return end
  telling.stop(c)
  c.overflow_at, c.tried = nil, nil
  disarm('outside', c.id)
  effects.drop(c, 'overflow')
end

-- Out of the order: it no longer waits for anybody here.
function outside.leave_line(c)
  waiting.unwait(c)
  waiting.unname(c)
  c.sticky_for = nil
  if c.severity > 1 then -- an S1 stands in the order there too, and who was asked for it stays asked
    c.cooling, c.passed_over = nil, nil
    disarm('cool', c.id)
  end
  if not waiting.refused(c) then ctx.kept.refused[c.id] = nil end
  disarm('stream_idle', c.id)
  effects.drop(c, 'open_stream', 'close_stream', 'overflow')
  ladder.stand(c)
end

function outside.stays(c, state, ms)
  local already = c.state == state
  if already then states.lasts(c, ms) else states.enter(c, state, ms) end
  if not lines.has_caller(c) then arm('caller', c.id, ctx.now + ctx.cfg.hold_loop + 10000) end
  touch(c)
  if not already then outside.stand(c) end
end

-- An S1 caller whom the carrier has elsewhere stands in the order too, in the last step of its ladder, which
-- stands still.
function outside.stand(c)
  if waiting.stands(c) then waiting.replace(c) end
end

-- They waited there, and wait here from now on.
local function from_there(c)
  c.ladder_ms = num(c.ladder_ms, 0) + ctx.now - c.state_at
  c.outside = nil
end

-- Somebody here accepted it: one redirect brings the caller back, and whoever rings there is told so.
function outside.interrupt(c)
  from_there(c)
  disarm('ring', c.id)
  effects.drop(c, 'go_outside')
  life.link_down(c)
  states.enter(c, State.CONNECTING, ctx.cfg.connect)
  ladder.run(c)
  offers.ask_stream(c)
end

-- One redirect sends them there. streaming: the end of their stream will say that it did.
local function send(c)
  effect('go_outside', c, math.max(ctx.now, num(c.quiet_until, 0)),
    { fence = c.outside and c.outside.fence, streaming = c.link == 'streaming' or nil })
end

-- The caller is told, and may leave a message. ms: the longest message, and the words before it.
function outside.to_voicemail(c)
  outside.leave_line(c)
  outside.stays(c, State.VOICEMAIL, ctx.cfg.voicemail + 60000)
  event('contact.voicemail', c)
end

-- The queue is closed. A caller about whom the record cannot be asked may have an emergency with us: they
-- wait in line until it was asked (`recorded`).
function outside.by_hours(c)
  if not c.provisional then return outside.to_voicemail(c) end
  c.closed = true
  life.queue_now(c)
end

-- The record was asked: the rule applies to callers who have not been taken meanwhile. closed: what it says
-- about them.
function outside.hours_apply(c, closed)
  c.closed = closed or nil
  if not closed or c.state == State.IN_MENU then return end
  if not STATES[c.state].waits then return end
  offers.withdraw(c, 'closed')
  outside.to_voicemail(c)
  send(c)
end

-- Steps: sent there, answered there, not taken there, the message.

-- For a step that was asked at the same moment: where this contact is now.
function outside.quicker(c)
  return { ok = false, code = 'taken', why = 'moved_on', contact = c }
end

-- The caller goes on somewhere else, and the agent's part in it is over.
function outside.leave_agent(c, from)
  moments.call_over.come(c)
  life.talk_over(c)
  disarm('comeback', c.id)
  c.named, c.agent, c.units, c.fault, c.held = from.id, nil, nil, nil, nil
  moments.handed_on.come(c, from)
  agents.leave(from, c)
  life.resume(from)
  agents.settle(from)
end

function outside.may_be(c) return c.channel == 'voice' and not offers.uncalled(c) end

-- The next number of a list, or one that an agent chose. The agent's part is then over.
-- takes: acknowledge, agent, contact, inline, name, to, word
-- refuses: bad_request, not_allowed, not_yours, too_late
-- tells: contact.sent_outside, contact.transferred
mutation('send_outside', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if c.channel ~= 'voice' then return no('bad_request', 'only_calls_go_out') end
  if offers.uncalled(c) then return no('not_allowed', 'nobody_on_line') end
  local from = has(req.agent) and agent(req.agent)
  if from then
    if c.agent ~= from.id or c.state ~= State.ACTIVE then return no('not_yours', 'call_not_in_your_hands') end
    event('contact.transferred', c, { agent = from.id, handed_to = req.word, by = from.id })
    outside.leave_agent(c, from)
  else
    if c.state ~= State.QUEUED then return outside.quicker(c) end
    outside.leave_line(c)
    c.tried = c.tried or {}
    c.tried[#c.tried + 1] = req.name
  end
  c.outside = { kind = from and 'transfer' or 'on_call', name = req.name, word = req.word,
    to = has(req.to) and req.to or nil, inline = req.inline or nil, acknowledge = req.acknowledge,
    by = from and from.id or nil, by_name = from and steering.name_of(from) or nil,
    fence = memory.next_fence() }
  -- 30 s: the announcement between the two
  outside.stays(c, State.OUTSIDE, ctx.cfg.outside_ring + ctx.cfg.acknowledge + 30000)
  event('contact.sent_outside', c, { handed_to = req.word, by = c.outside.by })
  if not req.inline then send(c) end
  return { ok = true, contact = c }
end)

function outside.rings(c, fence) return c.state == State.OUTSIDE and c.outside.fence == fence end

-- Somebody, or a machine, answered there: the announcement begins, and the time to press the key.
-- takes: contact, fence
-- refuses: caller_gone, taken
-- tells: contact.picked_up_outside
mutation('outside_picked_up', function(req)
  local c = contact(req.contact)
  if not c then return no('caller_gone', 'caller_hung_up') end
  if c.state == State.AWAY and c.outside.fence == req.fence then -- reported twice
    return { ok = true, contact = c }
  end
  if not outside.rings(c, req.fence) then return no('taken', 'somebody_has_it') end
  outside.stays(c, State.OUTSIDE, ctx.cfg.acknowledge + 40000)
  event('contact.picked_up_outside', c, { handed_to = c.outside.word })
  return { ok = true, contact = c }
end)

-- Somebody there pressed the key: from now on it is answered.
-- takes: contact, fence
-- refuses: caller_gone, taken
-- tells: contact.answered
mutation('outside_answered', function(req)
  local c = contact(req.contact)
  if not c then return no('caller_gone', 'caller_hung_up') end
  if c.state == State.AWAY and c.outside.fence == req.fence then -- the key was pressed twice
    return { ok = true, contact = c }
  end
  if not outside.rings(c, req.fence) then return no('taken', 'somebody_has_it') end
  effects.drop(c, 'go_outside')
  offers.withdraw(c, 'taken_outside')
  waiting.unwait(c)
  outside.stays(c, State.AWAY, ctx.cfg.outside_talk + 60000) -- the carrier itself ends it at the limit
  c.talk_from = ctx.now
  local again = has(c.answered_at) or nil
  local facts = life.answered(c, c.outside.acknowledge == false)
  event('contact.answered', c, { handed_to = c.outside.word, by = c.outside.by,
    waited_ms = ctx.now - num(c.queued_at, ctx.now), again = again, facts = facts })
  return { ok = true, contact = c }
end)

-- Back in line. What rings here goes on ringing.
local function to_line(c, why)
  effects.drop(c, 'go_outside')
  from_there(c)
  c.quiet_until = ctx.now + 300
  calls.call_lease(c)
  if not has(c.offer) then
    waiting.unwait(c)
    return offers.requeue(c, why, true)
  end
  states.enter(c, State.OFFERED, c.offer.expires - ctx.now)
  ladder.run(c)
  touch(c)
  offers.ask_stream(c)
end

-- Not taken there: back at its place, where a free agent comes before the next number.
function outside.back(c, cause)
  event('contact.not_taken_outside', c, { handed_to = c.outside.word, cause = cause, by = c.outside.by })
  moments.comes_back.come(c, c.outside.by)
  to_line(c, 'not_taken_outside')
end

-- A caller at the voicemail pressed the key for an emergency: they wait in line from now on, with the numbers
-- on call before them again.
-- takes: contact
-- refuses: too_late, unknown
-- tells: contact.left_voicemail
mutation('leave_voicemail', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  if c.state ~= State.VOICEMAIL then return { ok = false, code = 'too_late', why = 'over', contact = c } end
  ctx.inline = c.id
  c.overflow_at, c.tried, c.closed = nil, nil, nil
  event('contact.left_voicemail', c)
  if not has(c.queued_at) then life.in_line(c) end
  to_line(c, 'pressed_key')
  return calls.link_view(c)
end)

-- The carrier's Dial is over: after a talk that is the end, otherwise the caller goes on. ringing: the talk
-- never began; if it did after all, nothing changes.
-- takes: cause, contact, fence, inline, ringing
-- refuses: stale, unknown
mutation('outside_over', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_contact') end
  ctx.inline = req.inline and c.id or nil
  if c.state == State.AWAY and c.outside.fence == req.fence and not req.ringing then
    life.finish(c, 'handled', 'outside_hung_up')
    return { ok = true, contact = c }
  end
  if not outside.rings(c, req.fence) then
    return { ok = false, code = 'stale', why = 'moved_on', contact = c }
  end
  outside.back(c, req.cause)
  return calls.link_view(c)
end)

-- Nobody on call took it. While somebody is on duty here the caller goes on waiting, and the list begins
-- again.
-- takes: contact, inline
-- refuses: bad_request, caller_gone, not_allowed, not_yours, somebody_here, taken, too_late
mutation('nobody_outside', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'contact_ended') end
  if c.state ~= State.QUEUED or not outside.may_be(c) then return outside.quicker(c) end
  if not outside.nobody_here(c) then
    arm('outside', c.id, ctx.now + 60000)
    return no('somebody_here', 'somebody_on_duty')
  end
  outside.to_voicemail(c)
  if not req.inline then send(c) end
  return { ok = true, contact = c }
end)

function outside.message_over(c, cause)
  offers.withdraw(c, 'message_over')
  local promised = has(c.overflow_at)
  life.finish(c, 'voicemail', cause)
  if promised then effect('call_back', c) end
end

-- The message is over, spoken or not.
-- takes: cause, contact
-- refuses: too_late
mutation('message_over', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'over') end
  if c.state ~= State.VOICEMAIL then return { ok = false, code = 'too_late', why = 'over', contact = c } end
  outside.message_over(c, req.cause)
  return { ok = true, contact = c }
end)

-- No report from the carrier in time.
function fire.outside(id)
  local c = contact(id)
  if not c then return end
  if c.state == State.OUTSIDE then
    outside.back(c, 'no_news')
  elseif c.state == State.AWAY then
    effect('hang_up', c)
    life.finish(c, 'handled', 'time_limit')
  elseif c.state == State.VOICEMAIL then
    effect('hang_up', c)
    outside.message_over(c, 'time_limit')
  elseif c.state == State.QUEUED and has(c.overflow_at) then
    c.tried = nil
    touch(c)
    outside.try(c)
  end
end
