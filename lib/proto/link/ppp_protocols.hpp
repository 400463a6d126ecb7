// Names of PPP protocol numbers (IANA "Point-to-Point Protocol Field Assignments").
#pragma once
#include "field/field.hpp"

namespace netpeel::proto {

inline constexpr auto ppp_protocols = field::values({
    {0x0001, "Padding"}, {0x0003, "Robust header compression, small"},
    {0x0005, "Robust header compression, large"},
    {0x0021, "IPv4"}, {0x0023, "OSI network layer"}, {0x0025, "Xerox NS"},
    {0x0027, "DECnet Phase IV"}, {0x0029, "AppleTalk"},
    {0x002b, "IPX"}, {0x002d, "TCP/IP with compressed header"},
    {0x002f, "TCP/IP with uncompressed header"}, {0x0031, "Bridged frame"},
    {0x0033, "Stream Protocol"}, {0x0035, "Banyan Vines"}, {0x003d, "Multilink"},
    {0x003f, "NetBIOS"}, {0x0041, "Cisco Systems"},
    {0x004b, "SNA over 802.2"}, {0x004d, "SNA"}, {0x004f, "IPv6 header compression"},
    {0x0053, "Encryption"}, {0x0055, "Encryption of one link"},
    {0x0057, "IPv6"}, {0x0059, "PPP muxing"}, {0x005d, "TRILL"}, {0x0061, "RTP, full header"},
    {0x0063, "TCP, compressed"},
    {0x0065, "Other than TCP, compressed"}, {0x0067, "UDP, compressed"},
    {0x0069, "RTP, compressed"},
    {0x00fb, "Compressed within one link"}, {0x00fd, "Compressed"},
    {0x0201, "Spanning tree"}, {0x0203, "IBM source routing"}, {0x0207, "Cisco Discovery Protocol"},
    {0x0281, "MPLS"}, {0x0283, "MPLS, upstream-assigned label"},
    {0x8021, "IP Control Protocol"}, {0x8023, "OSI Network Layer Control Protocol"},
    {0x8029, "AppleTalk Control Protocol"},
    {0x802b, "IPX Control Protocol"}, {0x8031, "Bridging Control Protocol"},
    {0x803f, "NetBIOS Control Protocol"},
    {0x8053, "Encryption Control Protocol"}, {0x8057, "IPv6 Control Protocol"},
    {0x80fb, "Compression control of one link"},
    {0x80fd, "Compression Control Protocol"}, {0x8207, "Cisco Discovery Control Protocol"},
    {0x8281, "MPLS Control Protocol"},
    {0xc021, "Link Control Protocol"}, {0xc023, "Password Authentication Protocol"},
    {0xc025, "Link Quality Report"},
    {0xc029, "Callback Control Protocol"}, {0xc02b, "Bandwidth Allocation Control"},
    {0xc02d, "Bandwidth Allocation"},
    {0xc223, "Challenge Handshake Authentication Protocol"},
    {0xc227, "Extensible Authentication Protocol"},
});

}  // namespace netpeel::proto
