#include "view/glossary.hpp"

#include <algorithm>
#include <string>

#include "field/registry.hpp"

namespace netpeel::view {
namespace {

constexpr Term terms[]{
    // ---- Models and layers ----
    {"OSI model|OSI|seven layers",
     "A way of talking about networks in seven layers: physical, data link, network, transport, "
     "session, presentation, application. Each layer offers a service to the one above and uses "
     "the one below. It is a map, not a rule: the protocols of the Internet were not built from "
     "it, and nothing in a packet is labelled session or presentation.",
     "ISO/IEC 7498-1 (ITU-T X.200)", "TCP/IP model, layer, encapsulation"},
    {"TCP/IP model|Internet model|four layers|internet protocol suite|TCP/IP",
     "The Internet's own layering, in four: link, internet, transport, application. It is older "
     "than the OSI model and was made by describing protocols that already ran. Books that count "
     "five split the link layer into data link and physical.", "RFC 1122 §1.1.3",
     "OSI model, encapsulation"},
    {"layer",
     "One floor of a network: it solves one task, for instance reaching the next station, or the "
     "right program, and leaves the rest to its neighbours. In a frame you can see layers as "
     "headers, one inside the other.", "RFC 1122 §1.1.3",
     "encapsulation, header, OSI model, TCP/IP model"},
    {"encapsulation",
     "Putting the message of one layer, header and all, into the body of the layer below, as a "
     "letter goes into an envelope and the envelope into a bag. The receiver takes the wrappings "
     "off in the opposite order. That is what peeling shows.", "RFC 1122 §1.1.3",
     "layer, header, payload"},
    {"header",
     "The bytes that a protocol puts in front of what it carries: who, where to, how long, what "
     "comes next. Each protocol says exactly which bit means what.", "RFC 791 §3.1 is an example",
     "payload, field, encapsulation"},
    {"payload|body",
     "What a message carries, as opposed to the header that describes it. One layer's payload is "
     "the next layer's header and payload.", "RFC 9110 §6.4 speaks of content",
     "header, encapsulation"},
    {"field",
     "A group of bits in a header with one meaning, such as the port a segment is for. Each has a "
     "name here that filters and explain understand, for instance tcp.dstport.", "",
     "header, octet"},
    {"physical layer",
     "The lowest layer: voltages, light, radio, connectors. No capture shows it. A capture begins "
     "where the network card hands over a frame.", "ISO/IEC 7498-1 §7.7", "OSI model, link layer"},
    {"link layer|data link layer",
     "The layer that moves a frame to the next station on the same cable or radio channel, by "
     "hardware address. At every router the frame is taken off and a new one is put on.",
     "RFC 1122 §2", "MAC address, frame, eth"},
    {"network layer|internet layer",
     "The layer that moves packets from network to network up to the destination host, hop by hop, "
     "by IP address. It promises only to try.", "RFC 1122 §3", "IP, router, packet switching"},
    {"transport layer",
     "The layer between two programs: ports say which program, and TCP adds order and repetition "
     "to what IP delivers, while UDP adds next to nothing.", "RFC 1122 §4", "TCP, UDP, port"},
    {"session layer|presentation layer",
     "OSI's layers 5 and 6: keeping a dialogue going, and agreeing how data is written. The "
     "Internet has no separate protocols for them. What they describe is done inside applications "
     "and libraries; TLS is often put here.", "ISO/IEC 7498-1 §7.2, §7.3", "OSI model"},
    {"application layer",
     "The layer where programs speak about their business: web pages, names, mail, chat. "
     "Everything below only carries it.", "RFC 1123 §1", "HTTP, dns, WebSocket"},
    {"interoperability",
     "Products of different makers working together. It comes from protocol standards that anybody "
     "may read and implement, and from testing against each other; a reference model alone does "
     "not give it.",
     "RFC 1122 §1.2.2 (be liberal in what you accept, conservative in what you send)",
     "protocol, RFC, IETF"},
    {"protocol",
     "An agreement on what messages look like, when they may be sent, and what they mean. Two "
     "programs that keep to it can talk although nobody wrote both.", "RFC 1122 §1.1.3",
     "interoperability, header"},
    {"IETF|Internet Engineering Task Force",
     "The open community that writes the Internet's standards. Anybody may take part; decisions "
     "are made by rough consensus and running code.", "RFC 3935", "RFC, W3C"},
    {"RFC|request for comments",
     "A numbered document of the Internet's standards series. It is never changed once published: "
     "corrections are listed as errata, and a newer RFC may replace it, as RFC 9293 replaced RFC "
     "793.", "RFC 2026; RFC 7322 for their form", "IETF"},
    {"W3C|World Wide Web Consortium|Web IDL",
     "The body that, with the WHATWG, standardises what browsers offer to pages, described in a "
     "notation called Web IDL. For WebSockets the wire protocol is the IETF's and the browser's "
     "programming interface is the web bodies'.", "WHATWG WebSockets Standard", "IETF, WebSocket"},

    // ---- Hosts, addresses, networks ----
    {"host|end system",
     "A computer that has its own address in the network and runs programs that talk: clients and "
     "servers are both hosts. What only passes packets on is a router.", "RFC 1122 §1.1.1",
     "client, server, router"},
    {"client|frontend",
     "A role, not a machine: the program that opens the connection and asks. In TCP you know it by "
     "the first SYN. The same program may be client in one conversation and server in another.",
     "RFC 9110 §3.3", "server, client-server model, tcp.flags.syn"},
    {"server",
     "A role, not a machine: the program that waits at a known port and answers. It may run on the "
     "same computer as its client, and it receives as well as gives.", "RFC 9110 §3.3",
     "client, port, host"},
    {"client-server model",
     "A division of work: servers wait, clients ask. It decides who may speak first, and is why a "
     "server that has news needs a connection which a client opened before.", "RFC 9110 §3.3",
     "client, server, server push"},
    {"process|program",
     "A running program. Its operating system gives it sockets; the port number in a packet tells "
     "which process gets the bytes.", "", "socket, port"},
    {"IP|internet protocol",
     "The protocol that carries packets from network to network towards an address. It may lose, "
     "delay, double or reorder them and says nothing about it. Version 4 has addresses of 32 bits, "
     "version 6 of 128.", "RFC 791, RFC 8200", "ip, ipv6, IP address, packet switching"},
    {"IP address",
     "The number by which a network interface is reached from other networks: 32 bits in IPv4, "
     "written 192.0.2.7, and 128 in IPv6, written 2001:db8::7. Its front part names the network. "
     "It stays the same on the whole way, while hardware addresses change at every hop, unless a "
     "translator (NAT) replaces it.", "RFC 791 §3.2, RFC 4291", "ip.src, ipv6.src, MAC address"},
    {"MAC address|hardware address|ethernet address",
     "The 48-bit number of a network interface, used on one link only: a router's next frame "
     "carries other ones. The lowest bit of the first byte marks groups, the next one addresses "
     "that were made up locally.", "IEEE 802-2014 §8", "eth.src, address resolution, link layer"},
    {"address resolution|ARP cache",
     "Finding the hardware address that belongs to an IP address on the same link. IPv4 shouts the "
     "question to everyone (ARP); IPv6 asks a small group (Neighbor Discovery). The answer is kept "
     "for a while.", "RFC 826, RFC 4861", "arp, MAC address"},
    {"LAN|local area network",
     "A network within a room, a house or a school: stations reach each other directly, by "
     "hardware address, without a router between them.", "IEEE 802-2014 §4",
     "WAN, MAC address, router"},
    {"WAN|wide area network",
     "A network over long distances that joins local ones, usually an operator's. Delay grows "
     "here: light in glass needs about five milliseconds for a thousand kilometres.", "",
     "LAN, latency, router"},
    {"Internet",
     "All networks that are joined by routers and speak IP. Nobody owns it as a whole; each "
     "network decides about itself.", "RFC 1122 §1.1", "router, IP"},
    {"router|routing|hop",
     "A computer with several networks at hand that passes packets on towards their destination, "
     "deciding anew for each. Every pass is a hop: it lowers the time to live by one and puts on a "
     "new link header.", "RFC 1812, RFC 8200 §3", "ip.ttl, packet switching, MAC address"},
    {"switch|bridge",
     "A box that passes frames on within one network by hardware address. It changes nothing in "
     "them.", "IEEE 802.1Q", "router, MAC address"},
    {"localhost|loopback|127.0.0.1",
     "A host's name for itself: 127.0.0.1, or ::1 in IPv6. Packets to it never leave the machine, "
     "but they are real packets with all headers, which is why one computer is enough to watch a "
     "client and a server talk.", "RFC 1122 §3.2.1.3, RFC 6761 §6.3", "host, port"},
    {"NAT|network address translation",
     "Replacing addresses and ports in passing packets, so that many hosts share one public "
     "address. The two sides of a translator see different addresses for the same conversation.",
     "RFC 3022", "IP address, port"},
    {"MTU|maximum transmission unit",
     "The largest packet a link can carry: 1500 bytes on Ethernet. Larger ones must be cut into "
     "fragments or refused.", "RFC 791 §3.2, RFC 8201", "fragment, ip.flags.df"},
    {"fragment|fragmentation",
     "A piece of an IP packet that was too large for a link. Only the destination puts the pieces "
     "together, and one lost piece loses the whole.", "RFC 791 §3.2, RFC 8200 §4.5",
     "ip.frag_offset, MTU"},

    // ---- Units ----
    {"packet",
     "The unit that is routed through a network on its own, an IP header with what it carries. In "
     "everyday speech also any of frame, segment and datagram.", "RFC 1122 §1.3.3, RFC 8200 §2",
     "frame, segment, datagram, packet switching"},
    {"frame",
     "The unit of the link layer, as the network card sends it: link header, packet, and on the "
     "cable a checksum at the end. Captures count frames.", "RFC 1122 §1.3.3, IEEE 802.3 §3",
     "packet, eth"},
    {"segment",
     "The unit of TCP: its header and a piece of the byte stream. Where the pieces are cut says "
     "nothing about where messages end.", "RFC 9293 §4", "stream, tcp, packet"},
    {"datagram|message boundary",
     "A message that travels on its own and arrives whole or not at all, without a connection. "
     "UDP's unit. Two datagrams are never joined or split for the receiver.",
     "RFC 768, RFC 1122 §1.3.3", "udp, segment"},
    {"octet|byte",
     "Eight bits. Standards say octet, as there were once machines whose bytes had another size.",
     "RFC 1122 §1.3.3", "field"},
    {"stream|byte stream",
     "Bytes in order without marks between them. TCP delivers a stream: what one side wrote in "
     "three calls the other may read in one or in ten, so programs must mark their messages "
     "themselves.", "RFC 9293 §2.2", "segment, datagram"},
    {"network byte order|big endian",
     "The order of a number's bytes on the wire: most significant first. The port 80 is 00 50.",
     "RFC 791 appendix B", "octet"},

    // ---- Transport ----
    {"TCP|transmission control protocol",
     "Makes a reliable stream in both directions from packets that may be lost, doubled or out of "
     "order: it numbers every byte, the receiver acknowledges, the sender repeats. It also adapts "
     "its speed. A broken connection can still lose what was under way, and TCP will then say so "
     "rather than hide it.", "RFC 9293", "tcp, handshake, acknowledgement, stream"},
    {"UDP|user datagram protocol",
     "Ports, a length and a checksum on top of IP, and nothing more: no connection, no order, no "
     "repetition. The first packet can already be the question, and what is late can be dropped "
     "rather than waited for.", "RFC 768", "udp, datagram, loss-tolerating"},
    {"socket",
     "Two meanings. In TCP's standard: an address and a port together, one end of a connection. In "
     "programs: the object through which a process sends and receives.",
     "RFC 9293 §4 (glossary), POSIX socket()", "port, endpoint, connection"},
    {"endpoint",
     "One end of a conversation: an IP address and a port. Two endpoints and the protocol tell a "
     "conversation from all others.", "RFC 9293 §4", "socket, 5-tuple"},
    {"5-tuple|five-tuple|conversation",
     "Protocol, two addresses and two ports. Together they name a conversation: many clients can "
     "talk to one port of one server, as their own ends differ.",
     "RFC 9293 §4 (connection), RFC 6146 §2", "endpoint, port"},
    {"port|port number",
     "A number from 0 to 65535 by which a host finds the program for a segment or datagram. "
     "Servers wait at known ones (80, 443); clients are usually given a high one for each "
     "connection.", "RFC 6335, RFC 9293 §3.1", "tcp.dstport, udp.dstport, socket"},
    {"connection",
     "What two TCPs agree on before data flows: that both are there, and where each begins "
     "counting. It exists only in the memory of the two ends; the network between them knows "
     "nothing of it.", "RFC 9293 §3.5", "handshake, socket"},
    {"handshake|three-way handshake",
     "How a TCP connection begins: SYN, SYN with ACK, ACK. Each side says where it begins "
     "counting, and each hears that the other heard. It costs one round trip before the first byte "
     "of data.", "RFC 9293 §3.5", "tcp.flags.syn, sequence number, round-trip time"},
    {"QUIC",
     "A transport built on UDP: handshake, encryption, many streams at once, and repair of what is "
     "lost, all in programs instead of the kernel. HTTP/3 runs on it.",
     "RFC 9000", "udp.port, handshake"},
    {"reset|RST",
     "How TCP refuses a connection or breaks one off: no goodbye, and nothing that is on its way "
     "is kept. It says that the other end knows of no such connection, not that a packet was lost.",
     "RFC 9293 §3.5.2", "tcp.flags.reset, connection"},
    {"selective acknowledgement|SACK",
     "What a TCP adds to an acknowledgement when a hole is left: which bytes behind the hole it "
     "has already. D-SACK is the same for bytes that came twice.", "RFC 2018 §3, RFC 2883",
     "tcp.options.sack_le, acknowledgement"},
    {"sequence number",
     "TCP's number for each byte of a direction. It begins anywhere and counts up, so that the "
     "receiver can put segments in order and see gaps and doubles.", "RFC 9293 §3.4",
     "tcp.seq, acknowledgement"},
    {"acknowledgement|ACK",
     "In TCP: the number of the next byte wanted, which says that all before it arrived, in the "
     "other computer's memory, not yet in the program. In Socket.IO: an answer that the other "
     "program itself sends when its handler ran. The second says more.",
     "RFC 9293 §3.4; Socket.IO protocol, packet type ACK", "tcp.ack, missed event"},
    {"retransmission",
     "Sending again what was not acknowledged in time, or what later acknowledgements show to be "
     "missing. The receiver may get it twice and drops the double.", "RFC 6298, RFC 5681 §3.2",
     "packet loss, acknowledgement"},
    {"flow control|window",
     "The receiver says how many more bytes it has room for, and the sender keeps within that.",
     "RFC 9293 §3.8.6", "tcp.window_size_value, congestion"},
    {"congestion|congestion control",
     "More packets than a part of the network can carry: queues grow, then packets are dropped. "
     "TCP takes that as a sign to slow down.", "RFC 5681", "packet loss, latency"},
    {"packet switching",
     "Cutting messages into packets that each find their own way and share the lines with all "
     "others, instead of reserving a line for each conversation. Cheap and robust; the price is "
     "that packets can be lost, late or out of order.", "RFC 791 §1.4",
     "router, packet, packet loss"},
    {"packet loss|lost packet|loss",
     "A packet that does not arrive: a full queue, a bad radio link, a bad checksum. IP does not "
     "tell; TCP notices the gap and repeats; with UDP the program must notice, or do without.",
     "RFC 791 §1.2, RFC 7680", "retransmission, reordering"},
    {"reordering|out of order",
     "Packets arriving in another order than they were sent, since each may take its own way or be "
     "held up. TCP puts them back in order before the program sees them; UDP does not.", "RFC 4737",
     "sequence number, duplicate"},
    {"duplicate|duplicate packet",
     "The same packet twice: the network copied it, or a sender repeated what had arrived. TCP "
     "drops the double; with UDP the program gets both.", "RFC 5560", "retransmission"},
    {"corruption|corrupted packet|corrupted|bit error",
     "Bits that changed on the way. Checksums find nearly all of it, and the packet is then thrown "
     "away, so corruption looks like loss.", "RFC 1071", "checksum, packet loss"},
    {"checksum|error-checked delivery|error checking",
     "A number worked out from the bytes and sent along; the receiver works it out again and "
     "compares. The Internet's is a 16-bit sum: it finds accidents, not malice. In captures of "
     "one's own sending it is often still wrong, as the network card fills it in later (offload).",
     "RFC 1071", "ip.checksum, tcp.checksum, udp.checksum"},
    {"reliability|guarantee|reliable delivery",
     "What TCP can promise: bytes arrive in order and unchanged, or you are told that the "
     "connection broke. Nobody can promise arrival: cables can be cut. And arrived at the other "
     "computer is not the same as handled by the other program.", "RFC 9293 §2.2, §3.8",
     "acknowledgement, retransmission"},
    {"latency|low latency|delay",
     "The time from sending to arriving: travel at nearly light's speed, waiting in queues, and "
     "work at each hop. Low latency means little of it, and it is not the same as much throughput.",
     "RFC 7679", "round-trip time, throughput"},
    {"round-trip time|RTT|ping time",
     "The time until an answer can be here: there and back. It is what a handshake costs, and what "
     "each question and answer costs.", "RFC 2681, RFC 6298", "latency, icmp, handshake"},
    {"jitter",
     "How much the delay differs from packet to packet. It disturbs sound and video more than "
     "delay itself.", "RFC 3393", "latency"},
    {"throughput|bandwidth",
     "How many bytes get through in a second. A wide pipe can still be a slow one to answer.",
     "RFC 2544, RFC 6349", "latency"},
    {"loss-tolerating|loss tolerant",
     "Said of programs that would rather miss something than wait for it: a call, a game, a live "
     "picture. They prefer UDP and fill small gaps themselves.", "RFC 8085 §3", "udp, latency"},
    {"full-duplex|bidirectional|duplex",
     "Both sides may send at the same time, without asking. A TCP connection is always "
     "full-duplex; HTTP's question and answer use it by turns, WebSocket uses it fully.",
     "RFC 9293 §2.2, RFC 6455 §1.1", "WebSocket, server push"},

    // ---- HTTP and what grew from it ----
    {"HTTP|HTTP server|HTTP request|request|response|request/response|hypertext transfer protocol",
     "The protocol of the web: the client sends a request (a method such as GET, a path, headers), "
     "the server sends one response (a number such as 200, headers, content). The server speaks "
     "only when asked, and each request stands for itself.", "RFC 9110, RFC 9112",
     "client, persistent connection, upgrade handshake"},
    {"persistent connection|keep-alive",
     "A connection that stays open after an answer, for the next question, which saves a handshake "
     "each time. In HTTP/1.1 this is the rule and Connection: close the exception.",
     "RFC 9112 §9.3", "HTTP, handshake"},
    {"polling|short polling",
     "Asking again and again whether there is news. Simple, but most answers are no, and news "
     "waits for the next question.", "RFC 6202 §1", "long polling, server push"},
    {"long polling",
     "Polling where the server holds its answer back until it has news or time is up. News travels "
     "at once; the client asks anew after each answer.", "RFC 6202 §2", "polling, fallback"},
    {"server-sent events|SSE|event stream",
     "A response that does not end: the server goes on writing events into it as lines of text. "
     "One direction only; the browser connects again by itself.",
     "WHATWG HTML Standard, server-sent events", "server push, WebSocket"},
    {"server push|push|real-time",
     "The server sends when something happens, without being asked at that moment. It needs a way "
     "that stays open: a held request (long polling), an endless response (SSE), or a WebSocket.",
     "RFC 6202, RFC 6455 §1.1", "long polling, server-sent events, WebSocket"},
    {"upgrade handshake|upgrade|101|switching protocols",
     "An HTTP request that asks to speak something else on the same connection. The client sends "
     "Upgrade: websocket and a key; the server answers 101 and a hash of that key, which proves "
     "that it understood. From the next byte on it is no longer HTTP.",
     "RFC 9110 §7.8, RFC 6455 §4", "WebSocket, HTTP"},
    {"WebSocket|WebSockets",
     "Messages in both directions over one TCP connection that began as an HTTP request. Each "
     "message travels in frames of a few header bytes; what a browser sends is masked. It has no "
     "rooms, no events, no reconnecting: libraries add those.", "RFC 6455",
     "upgrade handshake, full-duplex, Socket.IO"},
    {"masking",
     "Every WebSocket frame from client to server is mixed with a random key that it brings along. "
     "It hides nothing: it keeps scripts from choosing the bytes on the wire, which careless "
     "caches between might take for HTTP.", "RFC 6455 §5.3, §10.3", "WebSocket"},
    {"fallback|transport fallback",
     "Using a simpler way where the better one is blocked. Engine.IO does it the other way about: "
     "it begins with HTTP long polling, which nearly always works, and upgrades to WebSocket when "
     "that proves to.", "Engine.IO protocol, section Upgrade",
     "long polling, WebSocket, Engine.IO"},
    {"Engine.IO",
     "The layer below Socket.IO: a session that carries messages over long polling or WebSocket, "
     "opens with a JSON handshake, and finds dead connections by ping and pong.",
     "Engine.IO protocol, revision 4", "Socket.IO, heartbeat"},
    {"Socket.IO",
     "A library, and the protocol it speaks, for events between a server and its clients: names, "
     "data, acknowledgements, namespaces, and on the server rooms. It runs over Engine.IO, hence "
     "over HTTP and WebSocket; a plain WebSocket client cannot talk to it.",
     "Socket.IO protocol, revision 5", "event, room, namespace, Engine.IO"},
    {"heartbeat|ping|ping/pong",
     "A small message sent at intervals to learn whether the other side is still there: TCP alone "
     "can go on for hours without noticing a pulled cable.",
     "RFC 6455 §5.5.2; Engine.IO protocol, Heartbeat", "disconnection"},
    {"AV|networked audio and video|control system",
     "Sound, pictures and machines over a network. They need small and steady delay more than they "
     "need every packet.", "RFC 3550 for media", "latency, jitter, loss-tolerating"},

    // ---- Events ----
    {"event",
     "A named message: a name and data. The receiver has a handler for that name, or nothing "
     "happens.", "Socket.IO protocol, packet type EVENT", "emit, listener, missed event"},
    {"emit",
     "To send an event. On a client it goes to the server; on the server to one client, to a room, "
     "or to all. Emitting means handing it to the library: not that it arrived.",
     "Socket.IO documentation, Emitting events", "event, acknowledgement, broadcast"},
    {"listener|handler|event handler",
     "The function a program has installed for an event's name. Install it before the event can "
     "come: an event without a handler is dropped without a word.",
     "Socket.IO documentation, Listening to events", "event, missed event"},
    {"event emitter|observer",
     "A pattern: an object keeps lists of functions by event name and calls them when the event "
     "happens. It is about calls within one program; Socket.IO stretches it over a network.",
     "Node.js documentation, Events", "event, pub/sub"},
    {"pub/sub|publish/subscribe|publish and subscribe",
     "Senders publish under a subject, receivers subscribe to subjects, and neither knows the "
     "other. Something between them, a broker, knows who wants what. Who was not subscribed at "
     "that moment gets nothing.", "", "room, Redis, message queue"},
    {"broadcast",
     "To all. On a link: to every station, address ff:ff:ff:ff:ff:ff. In Socket.IO: to all "
     "clients, or all but the sender; the server then sends one copy to each, on its own "
     "connection.", "RFC 919, RFC 1122 §3.3.6; Socket.IO documentation, Broadcasting events",
     "multicast, emit, room"},
    {"multicast|group address",
     "To a group that receivers join: one packet is copied by the network only where ways part. "
     "Joining is told by IGMP in IPv4 and MLD in IPv6.", "RFC 1112, RFC 4291 §2.7",
     "igmp, broadcast"},
    {"missed event|lost event",
     "An event that a client did not handle. Two causes that look alike: it was connected but had "
     "no handler, or it was not connected. By default an event is delivered at most once, and the "
     "server keeps nothing for those who are away.", "Socket.IO documentation, Delivery guarantees",
     "acknowledgement, listener, at least once"},
    {"at least once|at most once|exactly once|delivery guarantee",
     "How often a message may take effect. At most once: sent and forgotten. At least once: "
     "repeated until acknowledged, so it may come twice. Exactly once is at least once with ids by "
     "which the receiver drops doubles.", "Socket.IO documentation, Delivery guarantees",
     "acknowledgement, missed event, idempotent"},
    {"idempotent|unique id",
     "Doing it twice has the same effect as doing it once. A unique id in each message lets a "
     "receiver drop what it already has, so that repeating is safe.", "RFC 9110 §9.2.2",
     "at least once"},
    {"room",
     "A named list of clients that a Socket.IO server keeps, to send to many at once. Clients do "
     "not know of it: the server joins and removes them. A message to several rooms reaches each "
     "member once.", "Socket.IO documentation, Rooms", "namespace, broadcast, default room"},
    {"default room|socket id",
     "Every connected Socket.IO client is in a room of its own, named by its id, so that it can be "
     "addressed alone. The id changes with each connection: it names a connection, not a person.",
     "Socket.IO documentation, Rooms", "room"},
    {"namespace",
     "A separate channel on one Socket.IO connection, with its own handlers, rooms and admission, "
     "named like a path: /chat. Clients ask to join it and may be refused.",
     "Socket.IO protocol, packet type CONNECT", "room, middleware"},
    {"middleware|authentication",
     "Code that looks at each newcomer before it is let in: who are you, may you join. In "
     "Socket.IO it runs on the server when a client connects to a namespace.",
     "Socket.IO documentation, Middlewares", "namespace"},
    {"reserved events|reserved event "
     "names|connect|disconnect|connect_error|disconnecting|newListener|removeListener",
     "Names that Socket.IO and Node's event emitter use themselves, so that programs must not emit "
     "them: connect, connect_error, disconnect, disconnecting, newListener and removeListener.",
     "Socket.IO documentation, Emit cheatsheet", "event, disconnection"},
    {"connection event",
     "What a Socket.IO server calls when a client has joined a namespace; the handlers for that "
     "client are installed there. The client's own word for it is connect.",
     "Socket.IO documentation, Server API", "event, reserved events"},
    {"disconnection|disconnecting event",
     "The end of a session: asked for, or found out because pings stayed unanswered. On the server "
     "disconnecting comes while the client is still in its rooms, disconnect when it is not.",
     "Socket.IO documentation, Server API", "heartbeat, room"},
    {"message queue|queue",
     "A store between sender and receiver that keeps messages until they are fetched, so that the "
     "two need not be there at the same time. Socket.IO is not one: on the server nothing waits "
     "for a client that is away.", "", "pub/sub, missed event"},
    {"Redis|adapter",
     "When several Socket.IO servers share the clients, an adapter passes emits between them; the "
     "usual one publishes through a Redis server. Each server then delivers to its own clients.",
     "Socket.IO documentation, Redis adapter", "pub/sub, room, sticky session"},
    {"sticky session",
     "Sending all requests of one client to the same server. Long polling needs it where there are "
     "several servers, since the session lives in one of them.",
     "Socket.IO documentation, Using multiple nodes", "long polling, Redis"},
    {"asynchronous",
     "Not waiting: the program goes on, and a function is called later when the answer is there. "
     "The order in which answers come need not be the order of the questions.", "",
     "event, listener"},
    {"Node.js|npm|Express",
     "Node.js runs JavaScript outside the browser; npm fetches its packages; Express is one of "
     "them, for HTTP servers. A chat server for lessons is often made from these, with Socket.IO "
     "attached to the same HTTP server.", "Node.js documentation", "Socket.IO, HTTP"},
    {"client bundle|/socket.io/socket.io.js",
     "The browser's half of Socket.IO. A Socket.IO server offers it itself at "
     "/socket.io/socket.io.js, so that both halves fit together.",
     "Socket.IO documentation, Client installation", "Socket.IO, HTTP"},
    {"chat|chat application",
     "The usual first example: a message from one client goes to the server, which sends it on to "
     "the others. It shows who may speak first, rooms, and what happens to those who are away.", "",
     "room, broadcast, missed event"},

    // ---- Looking at packets ----
    {"capture|packet capture|pcap|pcapng|sniffing",
     "A copy of the frames that passed an interface, with their times, in a file. pcapng also "
     "keeps the interface's name, comments and how many frames were missed.",
     "draft-ietf-opsawg-pcapng", "frame, snaplen"},
    {"snaplen|snapshot length|truncated",
     "How many bytes of each frame a capture keeps. What was cut off was on the wire: the frame is "
     "called truncated here, which is nobody's fault.", "draft-ietf-opsawg-pcap",
     "malformed, capture"},
    {"malformed",
     "Bytes that contradict themselves or the protocol, such as a length that is more than what is "
     "there: the sender's doing, or damage on the way.", "", "truncated, checksum"},
    {"offload|checksum offload|segmentation offload",
     "Work that the network card does for the computer: filling in checksums, cutting large "
     "segments. A capture on the sending machine is taken before, and shows wrong checksums and "
     "frames larger than the link can carry.", "", "checksum, MTU"},
    {"TLS|encryption|HTTPS",
     "Encryption between two programs, over TCP. A capture then shows who talks to whom and how "
     "much, but not what is said.", "RFC 8446", "tcp, HTTP"},
};

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return char(c + 32);
  return c == '-' || c == '_' ? ' ' : c;
}

std::string folded(std::string_view text) {
  std::string out;
  for (char c : text) out += folded(c);
  return out;
}

// Calls with every spelling of every term until the call says stop.
template <class Call>
void each_name(Call call) {
  for (const Term& term : terms) {
    std::string_view rest = term.names;
    while (!rest.empty()) {
      const std::size_t n = std::min(rest.find('|'), rest.size());
      if (call(term, rest.substr(0, n))) return;
      rest.remove_prefix(std::min(n + 1, rest.size()));
    }
  }
}

}  // namespace

std::span<const Term> glossary() { return terms; }

const Term* find_term(std::string_view word) {
  const std::string wanted = folded(word);
  const Term* found = nullptr;
  each_name([&](const Term& term, std::string_view name) {
    if (folded(name) != wanted) return false;
    found = &term;
    return true;
  });
  // "rooms", "packets"
  if (found == nullptr && wanted.size() > 3 && wanted.back() == 's')
    return find_term(std::string_view(wanted).substr(0, wanted.size() - 1));
  return found;
}

std::string_view nearest_term(std::string_view word) {
  const std::string wanted = folded(word);
  std::string_view best;
  unsigned least = unsigned(word.size()) / 3 + 2;
  each_name([&](const Term&, std::string_view name) {
    const unsigned d = field::distance(folded(name), wanted);
    if (d < least) least = d, best = name;
    return false;
  });
  return best;
}

}  // namespace netpeel::view
