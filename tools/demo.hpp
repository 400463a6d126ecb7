// The verbs of netpeel demo, one tools/demo_*.cpp each: argv[0] is the verb, as in main().
#pragma once

int demo_serve(int argc, char** argv);
