-- Match: after every step, the waiting contact with the lowest score that somebody may take is offered to the
-- best agent who may take it; this repeats until no allowed pair is left.

local key, num = values.key, values.num
local agent, contact = records.agent, records.contact
local arm, disarm = deadlines.arm, deadlines.disarm

-- The reserve keeps calls from free agents: an agent who becomes free looks again.
local function seek_everybody()
  for id, at in pairs(ctx.kept.at) do
    if at.spots ~= '' then records.seek_agent(agent(id)) end
  end
end

-- No step may hold up others for longer than this; the rest is done in the next one. Redis before 7.4 has no
-- os.clock: there a count is the limit. In virtual time (a replay, a simulation) the machine's speed has no
-- influence, unless a test sets step_ms.
local MOST_MS, MOST = 100, 50

local function clock() return os.clock() end

function match.cpu_s()
  local known, now = pcall(clock)
  return known and now or nil
end

function match.too_long(began, many)
  if many == 0 then return false end -- each step does at least one
  local most = num(ctx.cfg.step_ms, ctx.virtual and math.huge or MOST_MS)
  if most == math.huge then return false end
  if not began then return many >= (most > 0 and MOST or 1) end
  return (match.cpu_s() - began) * 1000 >= most
end

-- Contacts and agents that look later. A tick that leaves something due matches nobody, so that the worst
-- contact comes first however many deadlines are late; this lasts a second at most. A match that takes too
-- long continues in the next tick. The deadline `match` triggers that tick and outlives this memory: a
-- process that finds it but does not know who was to look lets everybody look.
local LATER_MS = 1000

local function move(to, from, known)
  for id in pairs(from) do
    if not known or known(id) then to[id] = true end
    from[id] = nil
  end
end

function match.too_late() return ctx.kept.later and ctx.now - ctx.kept.later.since >= LATER_MS end

function match.later()
  local later = ctx.kept.later or { since = ctx.now, c = {}, a = {} }
  move(later.c, ctx.seek_c)
  move(later.a, ctx.seek_a)
  later.eased, ctx.eased = later.eased or ctx.eased, nil
  later.hurry, ctx.hurry = later.hurry or ctx.hurry, nil
  ctx.kept.later = later
  arm('match', '', ctx.now + 1)
end

function match.now()
  local kept = ctx.kept
  local later = kept.later
  if not later then return end
  kept.later = nil
  disarm('match', '')
  move(ctx.seek_c, later.c)
  move(ctx.seek_a, later.a, agent)
  ctx.eased, ctx.hurry = ctx.eased or later.eased, ctx.hurry or later.hurry
end

-- Nobody ready may take them: the S1 that wait in an earlier step go to the one for everybody at a desk. They
-- are looked for when somebody can take less than before, or an S1 found nobody. Whether any went on.
local function hurry()
  local kept, gone_on = ctx.kept, false
  for lane in pairs(kept.early) do
    local head, score = waiting.head_of(lane)
    if not head or score >= ladder.TIER then kept.early[lane] = nil
    elseif kept.s1[lane.channel] == 0 and not lane.uncalled then
      waiting.flush_lane(lane)
      local first = redis.call('ZRANGE', key('lane:' .. lane.name), '-inf', '(' .. ladder.TIER, 'BYSCORE')
      for _, m in ipairs(first) do
        local c = contact(waiting.id_of(m))
        gone_on = c and c.state == State.QUEUED and ladder.hurry(c) or gone_on
      end
    end
  end
  local beside, stuck = kept.beside, {}
  for i = beside and beside.from or 1, beside and #beside or 0 do
    local one = beside[i]
    if one.by >= ladder.TIER then break end
    local c = not one.gone and contact(waiting.id_of(one.id)) or nil
    if c and not ladder.step(c).supervisors and not candidates.anybody(c) then stuck[#stuck + 1] = c end
  end
  for _, c in ipairs(stuck) do gone_on = ladder.hurry(c) or gone_on end
  return gone_on
end

-- What was asked for (router/core/asking.py) and nobody on duty has only ranks from now on.
local function ask_less()
  local kept = ctx.kept
  if not next(kept.asking) and not next(kept.asking_beside) then return end
  local there = {} -- by needs and tier
  local function has_it(sig, t)
    local name = sig .. t
    if there[name] == nil then there[name] = agents.there_in(ladder.needs_of(sig), t) end
    return there[name]
  end
  local in_vain = {}
  for lane in pairs(kept.asking) do
    if not waiting.head_of(lane) then kept.asking[lane] = nil end
    for t = 0, kept.asking[lane] and 2 or -1 do
      if not has_it(lane.sig, t) then
        waiting.flush_lane(lane)
        local from, to = t * ladder.TIER, '(' .. (t + 1) * ladder.TIER
        for _, m in ipairs(redis.call('ZRANGE', key('lane:' .. lane.name), from, to, 'BYSCORE')) do
          in_vain[#in_vain + 1] = waiting.id_of(m)
        end
      end
    end
  end
  for id in pairs(kept.asking_beside) do
    local c = contact(id)
    if c and not has_it(ladder.step(c).sig, ladder.tier(c)) then in_vain[#in_vain + 1] = id end
  end
  table.sort(in_vain)
  for _, id in ipairs(in_vain) do
    local c = contact(id)
    if c and waiting.stands(c) then
      ladder.ask_less(c, function(sig) return has_it(sig, ladder.tier(c)) end)
    end
  end
end

-- The one loop of matching. Seekers: the contacts and agents that this step changed.
function match.all()
  standing.settle()
  ask_less()
  local kept = ctx.kept
  local queue, barren, idle, made = {}, {}, {}, 0
  local began = match.cpu_s()
  -- Only one agent changed: what waits could not be taken by anybody before, so only this agent can take it.
  local alone = next(ctx.seek_a)
  alone = alone and not next(ctx.seek_c) and not next(ctx.seek_a, alone) and not ctx.eased
    and not kept.later and alone
  while true do
    if ctx.eased then
      ctx.eased, ctx.heads = nil, {}
      seek_everybody()
    end
    if match.too_long(began, made) then
      for _, c in ipairs(queue) do records.seek(c) end
      for id in pairs(idle) do ctx.seek_a[id] = true end
      match.later()
      return
    end
    if next(ctx.seek_c) then
      for id in pairs(ctx.seek_c) do
        local c = contact(id)
        if c and (waiting.stands(c) or offers.short(c)) then queue[#queue + 1] = c end
        ctx.seek_c[id] = nil
      end
      table.sort(queue, candidates.first)
    end
    local best, found
    for id in pairs(ctx.seek_a) do
      local c = ctx.best[id]
      if not c or not waiting.stands(c) then
        c = candidates.best_for(agent(id))
        ctx.best[id] = c
      end
      if not c then ctx.seek_a[id], idle[id] = nil, true
      elseif not best or candidates.first(c, best) then best = c end
    end
    while queue[1] and (not best or not candidates.first(best, queue[1])) do
      local c = table.remove(queue, 1)
      if waiting.stands(c) or offers.short(c) then
        local some = candidates.of(c, offers.wanted(c) + 3)
        if offers.fits(c, some) then best, found = c, some break end
        ctx.hurry = ctx.hurry or c.severity == 1
      end
    end
    if not best then
      local looked = ctx.hurry
      ctx.hurry = nil
      if not looked or not hurry() then return end
    else
      if alone and not found and not waiting.refused(best) and not ctx.eased then
        local a = agent(alone)
        local cost, displaces = agents.may(best, a)
        found = { { id = a.id, named = best.named == a.id or nil, cost = cost, displaces = displaces },
          rank = candidates.ranked(ladder.step(best)), everybody = cost == 5 and best.severity == 1 or nil }
      end
      alone = nil
      found = found or candidates.of(best, offers.wanted(best) + 3)
      local short = offers.short(best) and not found.again
      if #found > 0 and (short or waiting.stands(best)) then
        if short then offers.join(best, found) else offers.to(best, found) end
        made = made + 1
        if num(ctx.cfg.reserve, 0) > 0 then -- fewer agents are free: what was allowed may not be allowed now
          ctx.heads = {}
        end
        -- agents who were passed over may be next, now that this one is taken
        if kept.beside and kept.beside.from <= #kept.beside then
          for id in pairs(ctx.best) do ctx.best[id] = nil end
          for id in pairs(idle) do ctx.seek_a[id], idle[id] = true, nil end
        end
      else -- the agent who made it possible has been taken: everybody who counted on them looks again, once
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
end
