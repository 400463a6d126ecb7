// The protocols of this program: ids, dispatch tables, look-up by name. Built once at start from
// the list of lib/proto; only `decode_as` changes it afterwards, before the first packet. One
// thread.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "field/protocol.hpp"

namespace netpeel::field {

class Registry {
 public:
  // protocols[0] is what stands for bytes that nobody knows: it is not asked to dissect. At most
  // 255; each outlives the registry.
  explicit Registry(std::span<const Protocol* const> protocols);

  u32 size() const { return u32(protocols_.size()); }
  const Protocol& operator[](u8 id) const { return *protocols_[id]; }

  // The protocol that decodes (space, key); 0 if none does.
  u8 lookup(Space space, u16 key) const { return tables_[u32(space)][key]; }
  Next dissect(u8 id, const u8* p, u32 len, Layer& out) const { return dissect_[id](p, len, out); }

  // The id of the protocol with that filter name; 0 if there is none.
  u8 protocol(std::string_view name) const;

  // A row and whose it is. One name may stand in several rows (eth.addr) and protocols (dns.* in
  // mdns).
  struct Owned {
    const Field* field;
    u8 proto;
  };
  // All rows of that name or alias.
  std::span<const Owned> rows(std::string_view name) const;
  // The name nearest to a misspelt one, or nothing if none is near.
  std::string_view nearest(std::string_view name) const;
  // Every name and alias, sorted.
  std::vector<std::string_view> names() const;

  // --as: what space names with key is decoded as that protocol, whatever was bound before.
  void decode_as(Space space, u16 key, u8 id) { tables_[u32(space)][key] = id; }

 private:
  void index() const;

  // Every space has all 65,536 keys, so that a look-up is one load. Only the pages that hold a
  // binding, or are asked for, ever exist.
  struct Free {
    void operator()(u8* p) const;
  };
  std::vector<const Protocol*> protocols_;
  Dissect dissect_[256]{};
  std::unique_ptr<u8[], Free> tables_[u32(Space::count)];
  mutable std::unordered_map<std::string_view, std::vector<Owned>>
      by_name_;  // made when first asked
};

// Edit distance (insert, delete, replace, swap of neighbours), for "did you mean".
u32 distance(std::string_view a, std::string_view b);

}  // namespace netpeel::field
