-- Listed: what belongs to a restricted incident is for the people on its list (c.only) alone, whatever their
-- skills: a person named them. An S1 that none of them who is ready can take is for everybody; whoever is
-- paused is rung for it as for any other S1.

local has = values.has
local agent, touch = records.agent, records.touch
local tier = ladder.tier

function listed.names(c, id) return has(c.only) and c.only[id] == true end

-- What it costs somebody on the list to take it; nil: they cannot, or only with all who are paused.
local function cost_of(c, id, with_out)
  local a = agent(id)
  if not a or waiting.cooling(c, id) or not with_out and waiting.passed_over(c, id) then return nil end
  local cost, displaces = agents.may(c, a)
  if not cost or cost == 5 and tier(c) == 0 then return nil end
  if not candidates.reserve_allows(c, cost, displaces, a.floor) then return nil end
  return cost, displaces, a
end

local function rings_there(c)
  if not has(c.offer) or c.offer.everybody then return false end
  for _, id in ipairs(c.offer.agents) do
    if c.only[id] then return true end
  end
  return false
end

-- Whether people who are not on the list may be offered it now. with_out: who is out counts, too.
function listed.opens(c, with_out)
  if c.severity > 1 or rings_there(c) then return false end
  for id in pairs(c.only) do
    if cost_of(c, id, with_out) then return false end
  end
  return true
end

-- Those on the list who may take it, at most `want`, best first.
function listed.best(c, want, with_out)
  local able, found = {}, {}
  for id in pairs(c.only) do
    local cost, displaces, a = cost_of(c, id, with_out)
    if cost then
      able[#able + 1] = { id = id, since = a.idle_since, cost = cost, displaces = displaces,
        named = c.named == id or nil }
    end
  end
  table.sort(able, function(x, y)
    if x.named ~= y.named then return x.named == true end
    for _, by in ipairs({ 'cost', 'displaces', 'since', 'id' }) do
      if x[by] ~= y[by] then return x[by] < y[by] end
    end
    return false
  end)
  for i = 1, math.min(want, #able) do found[i] = able[i] end
  return found
end

-- Whether anybody on the list is on duty for its tier and answers; asked: or may still be asked.
function listed.there(c, asked)
  for id in pairs(c.only) do
    local a = agent(id)
    if a and agents.in_tiers(c, a) and not waiting.passed_over(c, id) then
      if agents.on_duty(a) and not agents.is_absent(a) then return true end
      if asked and agents.standing_by(a) and not has(a.offer) then return true end
    end
  end
  return false
end

-- What rings at people who are not on the list stops, but for an S1: it is restricted, or lowered, by now.
function listed.withdraw(c)
  if not has(c.only) or c.severity == 1 or not has(c.offer) then return end
  for _, id in ipairs({ unpack(c.offer.agents) }) do
    if has(c.offer) and not c.only[id] then offers.drop_out(c, agent(id), 'restricted') end
  end
end

-- From now on it is for these, or for everybody again (nil).
function listed.now(c, only)
  c.only = only
  touch(c)
  listed.withdraw(c)
  if only then moments.restricted.come(c) end
  if only and c.sticky_for and not only[c.sticky_for] then waiting.unstick(c) else waiting.replace(c) end
end
