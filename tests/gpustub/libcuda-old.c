/* The stand-in as of a driver of before CUDA 11, which has no newer form of some calls. */

#define OLD
#include "libcuda.c"
