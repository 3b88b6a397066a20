/* The stand-in as of a driver that knows neither MIG nor row remapping nor NVLink. */

#define OLD
#include "libnvidia-ml.c"
