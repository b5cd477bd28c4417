-- How severe a contact is, and what the record adds to a contact that was offered before the record had it.

local has, num = values.has, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm = deadlines.arm
local event = events.add
local tier = ladder.tier
local mutation, no = entry.mutation, entry.no

-- The score changed: so do its place, and the meaning of its tier for the agents who have it or are rung for
-- it.
function severities.rescored(c)
  waiting.recheck_sticky(c)
  waiting.replace(c)
  if has(c.offer) then
    for _, id in ipairs(c.offer.agents) do agents.settle(agent(id)) end
  elseif has(c.agent) and c.state ~= State.PARKED then
    local a = agent(c.agent)
    if a then agents.settle(a) end
  end
  touch(c)
end

-- The place is computed again from the original arrival; the wait is not reset.
local function judge(c, req)
  local was, raised = c.severity, req.severity == 1 and c.severity > 1 -- to an S1
  c.severity, c.rule = req.severity, req.rule
  c.own = has(req.own) and req.own or nil -- what it is by itself, if its incident lent it this severity
  c.grounds = has(req.grounds) and req.grounds or nil
  waiting.recool(c, was)
  if has(req.target_ms) then -- from what the index knows, because the record may lag behind
    local from = num(c.order_at, c.arrived_at)
    -- no queue is closed to an S1
    local calls_us = req.severity == 1 and not has(c.callback)
    if has(c.due_from) and (raised or calls_us) then c.due_from = math.min(c.due_from, ctx.now) end
    req.answer_by, req.promote_at = num(c.due_from, from) + req.target_ms, from + req.ageing_ms
    req.score = (math.min(req.severity, 3) - 1) * ladder.TIER + from + req.target_ms
    if not req.ladders[c.queue] and has(req.home) then -- a reload removed its queue
      c.queue, c.wrapup_ms = req.home, req.wrapup_ms
    end
    req.ladder = req.ladders[c.queue]
  end
  if has(req.ladder) and req.ladder ~= c.ladder then c.ladder, c.step = req.ladder, nil end
  local steps = ladder.of(c)
  if has(c.overflow_at) and not steps[#steps].overflow then outside.forget(c) end
  if not has(c.answered_at) then c.answer_by = req.answer_by end
  c.promote_at = req.promote_at
  local stays = has(c.promoted_at) and tier(c) == 1 and was >= 3 and req.severity >= 3 -- S3 or S4 both times
  if not stays then c.score = req.score end
  local waits = has(c.ladder_from)
  if waits then ladder.run(c) end
  if c.sticky_for then
    local left = ladder.sticky_ms(c) - ladder.time(c)
    if c.severity == 1 or left <= 0 then waiting.unstick(c) else arm('sticky', c.id, ctx.now + left) end
  end
  if has(c.offer) and raised then
    local at = math.min(c.offer.expires, ctx.now + ctx.cfg.ring_s1)
    c.offer.expires = at
    if not STATES[c.state].overlaid then c['until'] = at end
    arm('ring', c.id, at)
    for _, id in ipairs(c.offer.agents) do
      local a = agent(id)
      if a and has(a.offer) then a.offer.expires = at end
    end
  end
  severities.rescored(c)
  if raised then standing.opens(c) end
  telling.settle(c)
end

local function unsure(c) return has(c.grounds) and c.grounds.unsure == true end

-- What a person says can be undone: ctx.kept holds what it was before.
local function said(c, req, by)
  local was = c.severity
  c.before = has(by) and by ~= 'rule' and
    { severity = was, rule = c.rule, by = by, at = ctx.now,
      grounds = has(c.grounds) and c.grounds or nil } or nil
  judge(c, req)
  event('contact.severity_changed', c,
    { from = was, to = req.severity, by = by, reason = has(req.undoes) and 'undone' or req.rule,
      grounds = has(c.grounds) and c.grounds or nil })
end

-- Raised or lowered; or unchanged, if that settles or begins a doubt. Only a person lowers a severity: words
-- were judged against what the record knew, and the record may lag behind. undoes: the moment of what is
-- undone, for undo_ms. mine: only contacts that they have in hand; an undo may raise anybody's, and lower
-- what nobody else has.
-- takes: answer_by, by, contact, grounds, home, ladder, ladders, mine, ageing_ms, own, promote_at, rule,
--   score, severity, target_ms, undo_ms, undoes, wrapup_ms
-- refuses: not_yours, too_late, unknown
mutation('severity', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_open_contact') end
  if req.by == 'rule' and req.severity > c.severity then return { ok = true } end
  if has(req.undoes) then
    local before = has(c.before) and c.before
    if not before or before.by ~= req.by or before.at ~= req.undoes or ctx.now - before.at > req.undo_ms then
      return no('too_late', 'too_long_ago')
    end
    if req.mine and req.severity > c.severity and has(c.agent) and c.agent ~= req.by then
      return no('not_yours', 'others_have_it')
    end
  elseif req.mine and c.agent ~= req.by then return no('not_yours', 'not_in_your_hands') end
  local doubt = has(req.grounds) and req.grounds.unsure == true
  if c.severity == req.severity and doubt == unsure(c) then return { ok = true } end
  said(c, req, req.by)
  listed.withdraw(c)
  return { ok = true, contact = c }
end)

-- An agent who is offered an unsure contact says what it is. As an S1 it is theirs at once if they may take
-- it; otherwise it goes on, and they are free.
-- takes: agent, answer_by, contact, fence, grounds, home, ladder, ladders, ageing_ms, own, promote_at, rule,
--   score, severity, target_ms, undoes, wrapup_ms
-- refuses: not_ready, too_late
-- tells: contact.glanced
mutation('glance', function(req)
  local a, c = agent(req.agent), contact(req.contact)
  if not offers.rings_at(c, a, req.fence) then
    return no('too_late', 'offer_gone')
  end
  if ctx.now >= c.offer.expires then return no('too_late', 'offer_over') end
  if not unsure(c) then return no('not_ready', 'no_doubt') end
  said(c, req, a.id)
  event('contact.glanced', c, { agent = a.id, to = req.severity })
  if c.severity == 1 and waiting.fits_sticky(c, a) then
    for _, id in ipairs(c.offer.agents) do
      if id ~= a.id then offers.unring_one(c, agent(id), 'taken') end
    end
    calls.take(c, a, req.fence)
    return { ok = true, contact = c }
  end
  waiting.exclude(c, a.id)
  if c.sticky_for == a.id then waiting.unstick(c) end
  offers.drop_out(c, a, 'glanced')
  return { ok = true, contact = c }
end)

-- The record now has a call that was handled without it: the person, the incident, and the place that it gets
-- from an earlier call or an open incident. Nothing that was decided meanwhile is undone. severity: what is
-- known of it, if that is worse than what its line says; own: that without what its incident lent; judged:
-- for each severity; closed: for each severity, the queues that turn such a caller away at this hour; asks:
-- skills that are looked for, with commas.
-- takes: answer_by, arrived_at, asks, by, closed, contact, due_from, grounds, home, judged, ladder, ladders,
--   named, ageing_ms, only, own, promote_at, rule, score, severity, target_ms, wrapup_ms
-- refuses: unknown
-- tells: contact.recorded, contact.severity_changed
mutation('recorded', function(req)
  local c = contact(req.contact)
  if not c then return no('unknown', 'no_open_contact') end
  if not c.provisional then return { ok = true, contact = c } end
  c.provisional, c.by_line = nil, nil
  for _, name in ipairs({ 'incident', 'incident_no', 'who', 'about', 'party', 'asks' }) do
    if has(req[name]) then c[name] = req[name] end
  end
  if not has(c.named) and has(req.named) then c.named = req.named end
  local was, earlier = c.severity, req.arrived_at < c.arrived_at
  if earlier then
    waiting.unplace(c) -- its place is named after its arrival
    c.arrived_at, c.order_at = req.arrived_at, nil
    c.due_from = has(req.due_from) and req.due_from or nil
  end
  if not (has(req.severity) and req.severity < was) then
    req.severity, req.rule, req.own = was, c.rule, c.own
  end
  if earlier or req.severity < was or has(req.asks) then -- in the menu, too: no key may come
    for name, value in pairs(req.judged[req.severity]) do req[name] = value end
    judge(c, req)
  end
  if has(req.only) and next(req.only) then listed.now(c, req.only) end
  if c.closed or c.severity < was then outside.hours_apply(c, req.closed[c.severity][c.queue]) end
  touch(c)
  event('contact.recorded', c)
  if c.severity ~= was then
    event('contact.severity_changed', c, { from = was, to = c.severity, by = req.by, reason = req.rule })
  end
  return { ok = true, contact = c }
end)
