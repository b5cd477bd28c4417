-- Recall: rebuilds this memory's working index from the records after a failover, a reload of the library, or
-- a step that broke off. It only reads, and its work is bounded: every agent's record, the contacts that ring
-- or connect, the few that are held or refused; never a lane, never contacts in hand.

local has, key = values.has, values.key

local function read_records(prefix, ids, each)
  for from = 1, #ids, 500 do
    local names = {}
    for i = from, math.min(from + 499, #ids) do names[#names + 1] = prefix .. ids[i] end
    for i, raw in ipairs(redis.call('HMGET', ctx.records, unpack(names))) do
      if raw then each(ids[from + i - 1], cjson.decode(raw)) end
    end
  end
end

-- A contact that waits and is in no lane.
local function stands_beside(c)
  local kept = ctx.kept
  kept.aside[c.id] = true
  if c.sticky_for then waiting.named_of(c.sticky_for)[c.id] = true end
  if waiting.refused(c) then kept.refused[c.id] = true end
  if c.lane == 'beside' then waiting.beside_add(c) end
end

function recall.read()
  local kept = ctx.kept
  local beside = redis.call('SMEMBERS', key('beside_lanes'))
  read_records('a:', redis.call('SMEMBERS', key('agents')), function(id, a)
    kept.agents[id] = a
    agents.recount(agents.stand(a, a.spots or ''), a.cause, agents.is_absent(a))
    if has(a.offer) then beside[#beside + 1] = a.offer.contact end
    -- a call of a lost agent may still be connecting
    if a.state == AgentState.CONNECTING or a.presence == 'lost' then
      for _, c in ipairs(a.contacts) do beside[#beside + 1] = c end
    end
  end)
  read_records('c:', beside, function(id, c)
    if ctx.contacts[id] then return end -- rung for two agents
    ctx.contacts[id] = setmetatable(c, records.USUAL)
    if has(c.offer) and (c.offer.up_to or c.offer.everybody) then kept.rounds[id] = true end
    local row = STATES[c.state]
    if (row.in_order or row.overlaid) and not waiting.lane_of(c) then stands_beside(c) end
  end)
  for _, name in ipairs(redis.call('SMEMBERS', key('lanes'))) do
    local lane = waiting.lane_named(name)
    lane.known = false
    if not lane.star then kept.early[lane] = true end
    if lane.asks then kept.asking[lane] = true end
  end
  ctx.new_lanes = nil
  -- Some were to look in the next tick (order/match.lua); only the lost memory knew who, and whether an S1
  -- may have nobody left who is ready.
  if redis.call('ZSCORE', key('deadlines'), 'match|') then ctx.eased, ctx.hurry = true, true end
  standing.read()
  kept.fence = tonumber(redis.call('HGET', ctx.records, 'fence') or nil) or 0
end
