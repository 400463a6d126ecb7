// The verbs of netpeel demo, one tools/demo_*.cpp each: argv[0] is the verb, as in main().
#pragma once

int demo_serve(int argc, char** argv);
int demo_tcp(int argc, char** argv);
int demo_udp(int argc, char** argv);
int demo_http(int argc, char** argv);
int demo_ws(int argc, char** argv);
int demo_sio(int argc, char** argv);
int demo_load(int argc, char** argv);
