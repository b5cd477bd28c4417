-- Values: absent values, numbers, names of keys. Everything is stored under one hash tag:
--
--   <p>:records    hash  c:<id> contact, a:<id> agent as JSON; epoch, number of this life of the index
--                  (absent = lost, every function refuses); v, name of the last step; fence, the last
--   <p>:cfg        timings as JSON, in ms
--   <p>:agents     set of known ids
--   <p>:lane:<n>   zset score -> member   queued, open to all; n = channel|needs
--   <p>:lanes      set of lanes that were ever used
--   <p>:beside_lanes      set of queued contacts in no lane: held for somebody, or refused by somebody
--   <p>:deadlines  zset ms -> kind|id     <p>:effects  zset due -> id   <p>:e:<id>  JSON
--   <p>:telling    hash  name of a number on call -> the contact, or request for help, of which it is told
--   <p>:boards     hash  account -> { name, until }: supervisors with a board
--   <p>:events     stream: e = what a step changed; o = its operation, r = its reply, c = the contact in it
--   <p>:stats:<day>, <p>:violations       counts        <p>:tomb:<id>  how it ended, 10 min

local NULL -- cjson.null; cjson is available only while a function runs

function values.wake() NULL = cjson.null end

local function has(value) return value ~= nil and value ~= NULL end
values.has = has

function values.num(value, default)
  return has(value) and tonumber(value) or default -- `a and a.b` may be false
end

function values.key(name) return ctx.p .. ':' .. name end

function values.load(name)
  local raw = redis.call('GET', values.key(name))
  if not raw then return nil end
  return cjson.decode(raw)
end

-- A record as it comes from outside: null there is absent here.
function values.bare(record)
  for name, value in pairs(record) do
    if value == NULL then record[name] = nil end
  end
  return record
end
