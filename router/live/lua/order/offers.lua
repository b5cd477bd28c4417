-- Offer: who is rung, under which fence and until when.

local has, num = values.has, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm = deadlines.arm, deadlines.disarm
local effect = effects.add
local event = events.add
local is_text = agents.is_text

-- The voice link: at_carrier -> asked(epoch) -> streaming(epoch) -> at_carrier ------------------

-- A promised call that we have not made yet: nobody is on the line.
function offers.uncalled(c) return c.dir == 'out' and not has(c.answered_at) end

function offers.wants_stream(c)
  return c.channel == 'voice' and (STATES[c.state].streams or lines.has_caller(c))
    and (c.state == State.DIALING or not offers.uncalled(c))
end

function offers.ask_stream(c)
  if c.link == 'at_carrier' then
    c.link = 'asked'
    c.link_epoch = num(c.link_epoch, 0) + 1
    c.link_asked_at = ctx.now
    if ctx.inline ~= c.id then
      effect('open_stream', c, math.max(ctx.now, num(c.quiet_until, 0)), { link_epoch = c.link_epoch })
    end
    arm('caller', c.id, ctx.now + 10000)
  end
end

-- Whether this very offer of it is ringing for this agent.
function offers.rings_at(c, a, fence)
  return a and c and has(c.offer) and c.offer.fence == fence and has(a.offer) and a.offer.contact == c.id
end

-- Offers --------------------------------------------------------------------------------------

-- One agent stops ringing; the offer goes on for the others, if there are any.
function offers.unring_one(c, a, code)
  local rest = {}
  for _, id in ipairs(c.offer.agents) do
    if id ~= a.id then rest[#rest + 1] = id end
  end
  c.offer.agents = rest
  c.reason.chosen[a.id] = nil
  if has(a.offer) and a.offer.contact == c.id then
    a.offer = nil
    agents.settle(a)
    event('offer.withdrawn', c, { agent = a.id, code = code })
  end
end

-- Ends the open offer of a contact for everybody it rings for.
function offers.withdraw(c, code)
  if not has(c.offer) then return end
  disarm('ring', c.id)
  local rung = c.offer.agents
  for _, id in ipairs(rung) do
    local a = agent(id)
    if a then offers.unring_one(c, a, code) end
  end
  c.offer = nil
end

-- Back to its place: the score never changed. fresh = a new wait, which may be held again.
function offers.requeue(c, why, fresh)
  if STATES[c.state].overlaid and not fresh then -- only its offer is over: the caller is where they were
    c.reason = nil
    touch(c)
    return waiting.replace(c)
  end
  states.enter(c, State.QUEUED)
  c.agent, c.units, c.fault, c.held, c.reason = nil, nil, nil, nil, nil
  if c.link == 'streaming' then arm('stream_idle', c.id, ctx.now + ctx.cfg.stream_idle) end
  touch(c)
  event('contact.requeued', c, { why = why })
  if fresh then waiting.begin_wait(c)
  else
    local steps = ladder.of(c)
    outside.overflowed(c, ladder.step(c), steps[#steps]) -- perhaps it was the last who could be asked
    waiting.unplace(c)
    waiting.place(c)
    records.seek(c)
  end
  if has(c.overflow_at) then outside.try(c) end
end

local function ring_at(c, one)
  local a = agent(one.id)
  if has(a.offer) then
    local other = contact(a.offer.contact)
    offers.unring_one(other, a, 'displaced')
    touch(other)
    if #other.offer.agents == 0 then -- an S1 that was lowered while it rang for three may go on ringing
      offers.withdraw(other, 'displaced')
      offers.requeue(other, 'worse_one_came')
    elseif offers.short(other) then records.seek(other) end
  end
  c.offer.agents[#c.offer.agents + 1] = a.id
  local reason = reasons.of(c, one)
  c.reason.chosen[a.id] = reason
  a.offer = { contact = c.id, fence = c.offer.fence, expires = c.offer.expires, since = ctx.now }
  agents.settle(a, true)
  event('contact.offered', c, { agent = a.id, fence = c.offer.fence,
    waited_ms = ctx.now - num(c.queued_at, ctx.now), link = c.link, step = num(c.step, 0),
    why = reason.why, by = reason.by, needs = reason.needs, cost = reason.cost, named = reason.named,
    displaces = reason.displaces })
end

local function ring_ms(c)
  return is_text(c) and ctx.cfg.ring_text or (c.severity == 1 and ctx.cfg.ring_s1 or ctx.cfg.ring_voice)
end

local function first_round(c) return num(c.round, 0) == 0 end

function offers.wanted(c)
  if c.severity ~= 1 then return 1 end
  return first_round(c) and ctx.cfg.s1_first or ctx.cfg.s1_round
end

-- An S1 round of three that rings for fewer, because no more could be rung, or the one for everybody there:
-- whoever may take it now is rung too. Never the first round; never a promised call, where nobody is on the
-- line.
function offers.short(c)
  if not has(c.offer) or c.severity ~= 1 or offers.uncalled(c) then return false end
  return c.offer.everybody == true or has(c.offer.up_to) and #c.offer.agents < c.offer.up_to
end

-- Whether those found may be rung now: nobody who is out, and nobody who is not ready, joins a round under
-- way.
function offers.fits(c, found)
  if #found == 0 then return false end
  return not has(c.offer) or not found.again and (not found.everybody or c.offer.everybody == true)
end

-- Somebody who is not ready is rung only together with all the others who are not.
function offers.may_join(c, a)
  local cost = agents.may(c, a)
  return cost and (cost < 5 or c.offer.everybody) and true or false
end

-- Those found are rung with the round's own deadline.
function offers.join(c, found)
  local many = c.offer.everybody and #found or math.min(c.offer.up_to - #c.offer.agents, #found)
  c.reason = reasons.write(c, found, many)
  touch(c)
  for i = 1, many do ring_at(c, found[i]) end
  -- Beside those who are ready, those who are not were not looked for.
  if c.offer.everybody and not found.everybody then records.seek(c) end
end

function offers.to(c, found)
  if found.again then
    c.passed_over = nil
    c.rounds = num(c.rounds, 0) + 1
    if c.rounds % 3 == 0 then event('contact.rounds_alarm', c, { rounds = c.rounds }) end
  end
  local wanted = found.everybody and #found or offers.wanted(c)
  local many = math.min(wanted, #found)
  local fills = wanted > 1 and not first_round(c) and not found.everybody
  waiting.step_aside(c)
  c.round = num(c.round, 0) + 1
  local expires = ctx.now + (found.everybody and ctx.cfg.ring_paused or ring_ms(c))
  c.reason = reasons.write(c, found, many)
  local overlaid = STATES[c.state].overlaid -- no stream before they accept: it would interrupt the caller
  if overlaid then arm('ring', c.id, expires) else states.enter(c, State.OFFERED, expires - ctx.now) end
  c.offer = { fence = memory.next_fence(), agents = {}, began = ctx.now, expires = expires }
  c.offer.everybody = found.everybody or nil
  c.offer.up_to = fills and wanted or nil
  if found.everybody or fills then ctx.kept.rounds[c.id] = true end
  if c.link ~= 'none' then disarm('stream_idle', c.id) end
  if not overlaid then offers.ask_stream(c) end
  touch(c)
  for i = 1, many do ring_at(c, found[i]) end
end

-- Somebody in an S1 round is out of it: the next best is rung, with the same deadline.
local function top_up(c)
  local found = candidates.of(c, 4)
  if not found[1] or found.again or found.everybody and not c.offer.everybody then return end
  c.reason = reasons.write(c, found, 1)
  ring_at(c, found[1])
end

-- One agent does not answer: the rest of the round goes on; without others, the contact is back at its place.
function offers.drop_out(c, a, code)
  offers.unring_one(c, a, code)
  if c.severity == 1 then top_up(c) end
  touch(c)
  if #c.offer.agents == 0 then
    disarm('ring', c.id)
    c.offer = nil
    offers.requeue(c, code, false)
  end
end
