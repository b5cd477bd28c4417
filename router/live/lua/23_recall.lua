-- Recall: the working index of this memory, made anew from the records. After a failover, a new load
-- of the library, or a step that broke off. Reads only: every agent, what they have in hand, and the
-- few queued contacts that are in no lane; never the lanes themselves.

local function read_records(prefix, ids, each)
  for from = 1, #ids, 500 do
    local names = {}
    for i = from, math.min(from + 499, #ids) do names[#names + 1] = prefix .. ids[i] end
    for i, raw in ipairs(redis.call('HMGET', ctx.records, unpack(names))) do
      if raw then each(ids[from + i - 1], cjson.decode(raw)) end
    end
  end
end

-- One that waits and is in no lane.
local function stands_beside(c)
  kept.aside[c.id] = true
  if c.held_for then named_of(c.held_for)[c.id] = true end
  if refused(c) then kept.refused[c.id] = true end
  if c.state == 'queued' and c.lane == 'odd' then odd_add(c) end
end

recall = function()
  local work = redis.call('SMEMBERS', key('aside'))
  read_records('a:', redis.call('SMEMBERS', key('agents')), function(id, a)
    kept.agents[id] = a
    for _, c in ipairs(a.contacts) do work[#work + 1] = c end
    if has(a.offer) then work[#work + 1] = a.offer.contact end
  end)
  read_records('c:', work, function(id, c)
    if ctx.contacts[id] then return end -- rung at two agents
    ctx.contacts[id] = setmetatable(c, USUAL)
    if lane_of(c) then return end
    if c.state == 'queued' or c.state == 'offered' or c.state == 'connecting' then stands_beside(c) end
  end)
  for _, a in pairs(kept.agents) do
    local load = load_of(a)
    recount(stand(a, pools_of(a, load)), cause_of(a, load))
  end
  for _, name in ipairs(redis.call('SMEMBERS', key('lanes'))) do
    lane_named(name).known = false
  end
  ctx.new_lanes = nil
  kept.fence = tonumber(redis.call('HGET', ctx.records, 'fence') or nil) or 0
end
