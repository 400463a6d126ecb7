// Names of IP protocol numbers (IANA "Protocol Numbers"), for IPv4's protocol and IPv6's next
// header.
#pragma once
#include "field/field.hpp"

namespace netpeel::proto {

// What a header built over bytes of no protocol says (RFC 3692).
constexpr u8 proto_experiment = 253;
constexpr u64 no_next = 59;  // nothing follows (RFC 8200 §4.7)

inline constexpr auto ip_protocols = field::values({
    {0, "IPv6 hop-by-hop options"}, {1, "ICMP"}, {2, "IGMP"}, {3, "GGP"}, {4, "IPv4"},
    {5, "Stream"}, {6, "TCP"}, {7, "CBT"},
    {8, "EGP"}, {9, "IGP"}, {10, "BBN RCC monitoring"}, {11, "Network Voice"}, {12, "PUP"},
    {13, "ARGUS"}, {14, "EMCON"},
    {15, "XNET"}, {16, "Chaos"}, {17, "UDP"}, {18, "Multiplexing"}, {19, "DCN measurement"},
    {20, "Host monitoring"},
    {21, "Packet radio"}, {22, "XNS IDP"}, {23, "Trunk-1"}, {24, "Trunk-2"}, {25, "Leaf-1"},
    {26, "Leaf-2"},
    {27, "Reliable Data"}, {28, "IRTP"}, {29, "ISO TP4"}, {30, "Bulk transfer"}, {31, "MFE NSP"},
    {32, "MERIT INP"},
    {33, "DCCP"}, {34, "3PC"}, {35, "IDPR"}, {36, "XTP"}, {37, "DDP"}, {38, "IDPR control"}, {39, "TP++"}, {40, "IL"},
    {41, "IPv6"}, {42, "SDRP"}, {43, "IPv6 routing header"}, {44, "IPv6 fragment header"},
    {45, "IDRP"}, {46, "RSVP"},
    {47, "GRE"}, {48, "DSR"}, {49, "BNA"}, {50, "ESP"}, {51, "AH"}, {52, "I-NLSP"}, {53, "SwIPe"}, {54, "NARP"},
    {55, "Minimal IPv4"}, {56, "TLSP"}, {57, "SKIP"}, {58, "ICMPv6"}, {59, "IPv6: no next header"},
    {60, "IPv6 destination options"}, {61, "any host-internal protocol"}, {62, "CFTP"},
    {63, "any local network"},
    {64, "SATNET backroom EXPAK"}, {65, "Kryptolan"}, {66, "Remote Virtual Disk"}, {67, "IPPC"},
    {68, "any distributed file system"}, {69, "SATNET monitoring"}, {70, "VISA"}, {71, "IPCV"},
    {72, "CPNX"}, {73, "CPHB"},
    {74, "Wang Span"}, {75, "Packet Video"}, {76, "SATNET backroom monitoring"}, {77, "Sun ND"},
    {78, "WIDEBAND monitoring"},
    {79, "WIDEBAND EXPAK"}, {80, "ISO IP"}, {81, "VMTP"}, {82, "Secure VMTP"}, {83, "VINES"},
    {84, "IPTM"}, {85, "NSFNET IGP"},
    {86, "DGP"}, {87, "TCF"}, {88, "EIGRP"}, {89, "OSPF"}, {90, "Sprite RPC"}, {91, "LARP"},
    {92, "MTP"}, {93, "AX.25"},
    {94, "IPIP"}, {95, "MICP"}, {96, "SCC-SP"}, {97, "EtherIP"}, {98, "Encapsulation"},
    {99, "any private encryption"},
    {100, "GMTP"}, {101, "IFMP"}, {102, "PNNI"}, {103, "PIM"}, {104, "ARIS"}, {105, "SCPS"},
    {106, "QNX"},
    {107, "Active Networks"}, {108, "IPComp"}, {109, "SNP"}, {110, "Compaq Peer"},
    {111, "IPX in IP"}, {112, "VRRP"},
    {113, "PGM"}, {114, "any 0-hop protocol"}, {115, "L2TP"}, {116, "DDX"}, {117, "IATP"},
    {118, "STP (Schedule Transfer)"},
    {119, "SpectraLink"}, {120, "UTI"}, {121, "SMP"}, {122, "SM"},
    {123, "PTP (Performance Transparency)"}, {124, "IS-IS"},
    {125, "FIRE"}, {126, "CRTP"}, {127, "CRUDP"}, {128, "SSCOPMCE"}, {129, "IPLT"},
    {130, "Secure Packet Shield"},
    {131, "PIPE"}, {132, "SCTP"}, {133, "Fibre Channel"}, {134, "RSVP-E2E-IGNORE"},
    {135, "IPv6 mobility header"},
    {136, "UDP-Lite"}, {137, "MPLS in IP"}, {138, "MANET"}, {139, "HIP"}, {140, "Shim6"},
    {141, "WESP"}, {142, "ROHC"},
    {143, "Ethernet"}, {144, "AGGFRAG"}, {145, "NSH"}, {146, "Homa"}, {147, "BIT-EMU"},
    {148, "unassigned", 252},
    {253, "experiment"}, {254, "experiment"}, {255, "reserved"},
});

}  // namespace netpeel::proto
