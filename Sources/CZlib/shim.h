#ifndef BOTCTL_CZLIB_H
#define BOTCTL_CZLIB_H

#include <zlib.h>

#endif
