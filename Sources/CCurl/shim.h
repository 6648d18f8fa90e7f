#ifndef BOTCTL_CCURL_H
#define BOTCTL_CCURL_H

#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

#endif
