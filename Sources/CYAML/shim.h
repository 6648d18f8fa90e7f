#ifndef BOTCTL_CYAML_H
#define BOTCTL_CYAML_H

#include <yaml.h>

#endif
