// Names of hardware types (IANA "ARP Parameters"), and those that Linux added for its own devices
// (if_arp.h).
#pragma once
#include "field/field.hpp"

namespace netpeel::proto {

inline constexpr auto hardware_types = field::values({
    {0, "Reserved"}, {1, "Ethernet"}, {2, "Experimental Ethernet"}, {3, "AX.25"},
    {4, "ProNET Token Ring"}, {5, "Chaos"},
    {6, "IEEE 802"}, {7, "ARCNET"}, {8, "Hyperchannel"}, {9, "Lanstar"},
    {10, "Autonet Short Address"}, {11, "LocalTalk"},
    {12, "LocalNet"}, {13, "Ultra link"}, {14, "SMDS"}, {15, "Frame Relay"}, {16, "ATM"},
    {17, "HDLC"}, {18, "Fibre Channel"},
    {19, "ATM (RFC 2225)"}, {20, "Serial line"}, {21, "ATM"}, {22, "MIL-STD-188-220"},
    {23, "Metricom"}, {24, "IEEE 1394"},
    {25, "MAPOS"}, {26, "Twinaxial"}, {27, "EUI-64"}, {28, "HIPARP"}, {29, "ISO 7816-3"},
    {30, "ARPSec"}, {31, "IPsec tunnel"},
    {32, "InfiniBand"}, {33, "TIA-102"}, {34, "Wiegand"}, {35, "Pure IP"}, {36, "Experiment 1"},
    {37, "HFI"},
    {256, "Experiment 2"}, {257, "AEthernet"},
    {270, "ROSE"}, {271, "X.25"}, {280, "CAN bus"}, {512, "PPP"}, {513, "Cisco HDLC"},
    {516, "LAPB"}, {519, "Raw IP"},
    {768, "IP-in-IP tunnel"}, {769, "IPv6-in-IPv6 tunnel"}, {770, "Frame Relay access device"},
    {772, "Loopback"},
    {774, "FDDI"}, {776, "6in4 tunnel (sit)"}, {778, "GRE over IPv4"}, {783, "Infrared (IrDA)"},
    {801, "802.11"},
    {802, "802.11 with Prism header"}, {803, "802.11 with radiotap header"}, {804, "802.15.4"},
    {820, "Phonet"},
    {823, "GRE over IPv6"}, {824, "Netlink"}, {825, "6LoWPAN"}, {826, "vsock monitor"},
    {65534, "No link-layer header"},
    {65535, "Nothing known"},
});

}  // namespace netpeel::proto
