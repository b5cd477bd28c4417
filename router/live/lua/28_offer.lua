-- Offer: who rings, under which fence, until when, and why he.

-- The voice link: at_carrier -> asked(epoch) -> streaming(epoch) -> at_carrier ------------------

-- A call that we promised and have not made yet: nobody is on the line.
local function uncalled(c) return c.dir == 'out' and not has(c.answered_at) end

local function wants_stream(c)
  return c.channel == 'voice' and STATES[c.state].streams and (c.state == State.DIALING or not uncalled(c))
end

local function ask_stream(c)
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

-- Offers --------------------------------------------------------------------------------------

-- One agent rings no more; the offer goes on for others, if there are any.
local function unring_one(c, a, code)
  local rest = {}
  for _, id in ipairs(c.offer.agents) do
    if id ~= a.id then rest[#rest + 1] = id end
  end
  c.offer.agents = rest
  c.reason.chosen[a.id] = nil
  if has(a.offer) and a.offer.contact == c.id then
    a.offer = nil
    settle(a)
    event('offer.withdrawn', c, { agent = a.id, code = code })
  end
end

-- Ends the open offer of a contact at all who ring.
local function withdraw(c, code)
  if not has(c.offer) then return end
  disarm('ring', c.id)
  local agents = c.offer.agents
  for _, id in ipairs(agents) do
    local a = agent(id)
    if a then unring_one(c, a, code) end
  end
  c.offer = nil
end

-- Back to its place: the score never changed. fresh = a new wait, which may be held anew.
local function requeue(c, why, fresh)
  enter(c, State.QUEUED)
  c.agent, c.units, c.fault, c.held, c.reason, c.order_why = nil, nil, nil, nil, nil, nil
  if c.link == 'streaming' then arm('stream_idle', c.id, ctx.now + ctx.cfg.stream_idle) end
  touch(c)
  event('contact.requeued', c, { why = why })
  if fresh then begin_wait(c)
  else
    unplace(c)
    place(c)
    seek(c)
  end
  if has(c.overflow_at) then outside.try(c) end
end

local function ring_at(c, one)
  local a = agent(one.id)
  if has(a.offer) then
    local other = contact(a.offer.contact)
    unring_one(other, a, 'displaced')
    touch(other)
    if #other.offer.agents == 0 then -- an S1 that was lowered while it rang at three may ring on
      withdraw(other, 'displaced')
      requeue(other, 'a worse one came')
    end
  end
  c.offer.agents[#c.offer.agents + 1] = a.id
  local why = why_text(c, one)
  c.reason.chosen[a.id] = { cost = one.cost, named = one.named, displaces = one.displaces == 1 or nil, why = why }
  a.offer = { contact = c.id, fence = c.offer.fence, expires = c.offer.expires, since = ctx.now }
  settle(a, true)
  event('contact.offered', c, { agent = a.id, fence = c.offer.fence, why = why,
    waited_ms = ctx.now - num(c.queued_at, ctx.now), link = c.link, step = num(c.step, 0) })
end

local function ring_ms(c)
  return is_text(c) and ctx.cfg.ring_text or (c.severity == 1 and ctx.cfg.ring_s1 or ctx.cfg.ring_voice)
end

local function wanted(c)
  return c.severity == 1 and num(c.round, 0) >= 1 and num(ctx.cfg.s1_round, 3) or 1
end

local function offer_to(c, found)
  if found.again then
    c.out = nil
    c.rounds = num(c.rounds, 0) + 1
    if c.rounds % 3 == 0 then event('contact.rounds_alarm', c, { rounds = c.rounds }) end
  end
  local many = math.min(wanted(c), #found)
  step_aside(c)
  c.round = num(c.round, 0) + 1
  local expires = ctx.now + ring_ms(c)
  c.order_why, c.reason = why_text(c, found[1]), reason(c, found, many)
  enter(c, State.OFFERED, expires - ctx.now)
  c.offer = { fence = next_fence(), agents = {}, expires = expires }
  if c.link ~= 'none' then disarm('stream_idle', c.id) end
  ask_stream(c)
  count(c, 'offers')
  touch(c)
  for i = 1, many do ring_at(c, found[i]) end
end

-- Somebody of an S1 round is out of it: the next best rings, with the same deadline.
local function top_up(c)
  local found = candidates(c, 4)
  if not found[1] or found.again then return end
  c.order_why, c.reason = why_text(c, found[1]), reason(c, found, 1)
  ring_at(c, found[1])
end

-- One agent does not answer: the rest of the round goes on, else the contact is back at its place.
local function drop_out(c, a, code)
  unring_one(c, a, code)
  if c.severity == 1 then top_up(c) end
  touch(c)
  if #c.offer.agents == 0 then
    disarm('ring', c.id)
    c.offer = nil
    requeue(c, code, false)
  end
end

-- The reserve holds calls back from agents who are free: whoever is free looks again.
local function seek_everybody()
  for id, at in pairs(kept.at) do
    if at.spots ~= '' then seek_agent(agent(id)) end
  end
end

-- One step holds up nobody for longer than this; what is left is done in the next. Redis before 7.4
-- has no os.clock: there a number is the bound. In virtual time (a replay, a simulation) the machine's
-- own speed decides nothing, unless a test says so (step_ms).
local cpu_s, too_long
do

local MOST_MS, MOST = 100, 50

local function clock() return os.clock() end

cpu_s = function()
  local known, now = pcall(clock)
  return known and now or nil
end

too_long = function(began, many)
  if many == 0 then return false end -- each step does something
  local most = num(ctx.cfg.step_ms, ctx.virtual and math.huge or MOST_MS)
  if most == math.huge then return false end
  if not began then return many >= (most > 0 and MOST or 1) end
  return (cpu_s() - began) * 1000 >= most
end

end

-- Who looks later: a tick that leaves something due matches nobody, so that the worst is first however
-- many deadlines are late, after a second at the latest; and a match that takes too long goes on in the
-- next tick. The deadline `match` brings that tick, and outlives this memory: who finds it and knows of
-- nobody lets everybody look.
local look = {}
do

local LATER_MS = 1000

local function move(to, from, known)
  for id in pairs(from) do
    if not known or known(id) then to[id] = true end
    from[id] = nil
  end
end

function look.too_late() return kept.later and ctx.now - kept.later.since >= LATER_MS end

function look.later()
  local later = kept.later or { since = ctx.now, c = {}, a = {} }
  move(later.c, ctx.seek_c)
  move(later.a, ctx.seek_a)
  later.eased, ctx.eased = later.eased or ctx.eased, nil
  kept.later = later
  arm('match', '', ctx.now + 1)
end

function look.now()
  local later = kept.later
  if not later then return end
  kept.later = nil
  disarm('match', '')
  move(ctx.seek_c, later.c)
  move(ctx.seek_a, later.a, agent)
  ctx.eased = ctx.eased or later.eased
end

end

-- The one loop of matching. Seekers: the contacts and agents that this step changed.
match_all = function()
  local queue, barren, idle, offers = {}, {}, {}, 0
  local began = cpu_s()
  -- One agent changed and nothing else: who waits could be taken by nobody before, so only by him.
  local alone = next(ctx.seek_a)
  alone = alone and not next(ctx.seek_c) and not next(ctx.seek_a, alone) and not ctx.eased and not kept.later and alone
  while true do
    if ctx.eased then
      ctx.eased, ctx.heads = nil, {}
      seek_everybody()
    end
    if too_long(began, offers) then
      for _, c in ipairs(queue) do seek(c) end
      for id in pairs(idle) do ctx.seek_a[id] = true end
      look.later()
      return
    end
    if next(ctx.seek_c) then
      for id in pairs(ctx.seek_c) do
        local c = contact(id)
        if c and c.state == State.QUEUED then queue[#queue + 1] = c end
        ctx.seek_c[id] = nil
      end
      table.sort(queue, before)
    end
    local best, found
    for id in pairs(ctx.seek_a) do
      local c = ctx.best[id]
      if not c or c.state ~= State.QUEUED then
        c = best_for(agent(id))
        ctx.best[id] = c
      end
      if not c then ctx.seek_a[id], idle[id] = nil, true
      elseif not best or before(c, best) then best = c end
    end
    while queue[1] and (not best or not before(best, queue[1])) do
      local c = table.remove(queue, 1)
      if c.state == State.QUEUED then
        local some = candidates(c, wanted(c) + 3)
        if #some > 0 then best, found = c, some break end
      end
    end
    if not best then return end
    if alone and not found and not refused(best) and not ctx.eased then
      local a = agent(alone)
      local cost, displaces = may(best, a)
      found = { { id = a.id, named = best.named == a.id or nil, cost = cost, displaces = displaces }, rank = ranked(ladder_step(best)) }
    end
    alone = nil
    found = found or candidates(best, wanted(best) + 3)
    if #found > 0 and best.state == State.QUEUED then
      offer_to(best, found)
      offers = offers + 1
      if num(ctx.cfg.reserve, 0) > 0 then ctx.heads = {} end -- fewer are free: what was allowed may not be now
      if kept.odd and kept.odd.from <= #kept.odd then -- who is out may be next, now that this agent is taken
        for id in pairs(ctx.best) do ctx.best[id] = nil end
        for id in pairs(idle) do ctx.seek_a[id], idle[id] = true, nil end
      end
    else -- who made it possible is taken by now: whoever thought of it looks again, once
      ctx.heads = {}
      for id, c in pairs(ctx.best) do
        if c == best then
          ctx.best[id] = nil
          if barren[best.id] then ctx.seek_a[id] = nil end
        end
      end
      barren[best.id] = true
    end
  end
end
