-- Memory: what is known between steps, by workspace. docs/adr/0005 says why the working index is kept there:
-- heads of lanes, contacts beside them, pools and causes of agents, today's counts. It is rebuilt from the
-- records (upkeep/recall.lua) if the name of the last step is not the one we wrote. The running step has it
-- as ctx.kept.

local KEPT = {}
-- The most contacts in each half; the older half is dropped when the younger one is full. One number is for
-- contacts in hand, the other for those in a lane, which are many and are not looked at for long.
local KEEP, KEEP_QUEUED = 20000, 2000
local WORKSPACES = 8 -- workspaces at most; tests and trials make many

-- A memory that knows nothing yet.
function memory.blank(cfg)
  return { cfg = cfg, agents = {}, young = {}, old = {}, many = 0, last = {}, before_last = {}, lasts = 0,
    rank = {}, profiles = {}, profile_n = 0, at = {}, live = {}, free = 0, causes = { all = 0, lost = 0 },
    s1 = { voice = 0, sms = 0, email = 0 }, early = {},
    asking = {}, asking_beside = {},
    lanes = {}, lane_n = 0, fit = {}, aside = {}, armed = {}, named = {}, refused = {}, rounds = {},
    promises = {},
    steps = 0, fence = 0 }
end

function memory.of(p) return KEPT[p] end

function memory.drop(p) KEPT[p] = nil end

-- This step's memory is passed on to the next.
function memory.keep(p)
  local n = 0
  for _ in pairs(KEPT) do n = n + 1 end
  if n >= WORKSPACES and not KEPT[p] then KEPT = {} end
  KEPT[p] = ctx.kept
end

-- Fences only rise, across all lives of a memory.
function memory.next_fence()
  local kept = ctx.kept
  kept.fence = kept.fence + 1
  ctx.fenced = true
  return ctx.epoch .. '.' .. kept.fence
end

local function forget(kept, id)
  kept.young[id], kept.old[id], kept.last[id], kept.before_last[id], kept.armed[id] = nil, nil, nil, nil, nil
end

-- The next step knows what this one read or wrote. writes: whether anything was written.
function memory.remember(put, writes)
  local kept = ctx.kept
  kept.steps = kept.steps + 1
  if writes then
    -- Named after this memory: a primary that lost steps and came back never takes the name for its own.
    if not kept.name then kept.name = table.concat(redis.call('TIME'), '.') end
    kept.v = kept.name .. ':' .. kept.steps
    put[#put + 1], put[#put + 2] = 'v', kept.v
  end
  for id, c in pairs(ctx.contacts) do
    if not c then -- there is no name
    elseif c.state == State.ENDED then forget(kept, id)
    elseif c.state == State.QUEUED and waiting.lane_of(c) then
      kept.young[id], kept.old[id] = nil, nil
      if not kept.last[id] then
        kept.last[id], kept.lasts = c, kept.lasts + 1
      end
    elseif not kept.young[id] then
      kept.young[id], kept.many = c, kept.many + 1
      kept.last[id], kept.before_last[id] = nil, nil
    end
  end
  if kept.many > KEEP then kept.old, kept.young, kept.many = kept.young, {}, 0 end
  if kept.lasts > KEEP_QUEUED then kept.before_last, kept.last, kept.lasts = kept.last, {}, 0 end
end
