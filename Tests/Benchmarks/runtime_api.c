// A Lambda Runtime API and a backend in one thread, to time a handler without a slow server in the numbers.
//
//   runtime_api EVENT_FILE COUNT THINK_US -- BOOTSTRAP [ARG …]
//
// Starts the bootstrap with AWS_LAMBDA_RUNTIME_API and AWS_ENDPOINT_URL set to itself and hands it COUNT times
// the event. It is DynamoDB, which answers a Query with twelve turns and all else with "{}", Bedrock, whose model
// streams a whole reply at once when it has thought for THINK_US, and @connections. Prints one JSON object:
//   cold_us         process start to the complete GET …/invocation/next
//   warm_us         one number an invocation after the first 50: event sent to response received
//   first_delta_us  of those with a model: its first word sent to the first post received
//   early_rss_kb    of the process after those first ones
//   rss_kb          of the process after the last invocation
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "turn_backend.h"

enum { connections = 64, capacity = 1 << 20, warm_up = 50 };

struct peer {
    int fd;
    size_t used;
    char *buffer;
    // When its model has thought; 0 while it is not asked.
    double speaks_at;
};

static struct peer peers[connections];

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void send_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes += sent;
        count -= (size_t)sent;
    }
}

// The length of the first complete request in the buffer, 0 while there is none.
static size_t complete_request(const struct peer *p) {
    char *end = memmem(p->buffer, p->used, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - p->buffer) + 4, length = 0;
    for (char *line = p->buffer; line < end; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, "content-length:", 15) == 0) length = strtoul(line + 15, NULL, 10);
    }
    return p->used >= head + length ? head + length : 0;
}

static long resident_kb(pid_t pid) {
    char path[64], line[256];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
    fclose(f);
    return kb;
}

int main(int argc, char **argv) {
    if (argc < 6 || strcmp(argv[4], "--") != 0) {
        fprintf(stderr, "usage: runtime_api EVENT_FILE COUNT THINK_US -- BOOTSTRAP [ARG ...]\n");
        return 64;
    }
    FILE *f = fopen(argv[1], "r");
    if (!f) die(argv[1]);
    static char event[65536];
    size_t event_size = fread(event, 1, sizeof event, f);
    fclose(f);
    int count = atoi(argv[2]);
    double think = atof(argv[3]);
    double *warm = calloc((size_t)count, sizeof *warm), *first_delta = calloc((size_t)count, sizeof *first_delta);
    make_answers();

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (void *)&address, size) || listen(listener, 64)) die("listen");
    getsockname(listener, (void *)&address, &size);
    char api[64], endpoint[80];
    snprintf(api, sizeof api, "127.0.0.1:%d", ntohs(address.sin_port));
    snprintf(endpoint, sizeof endpoint, "http://%s", api);
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    setenv("AWS_ENDPOINT_URL", endpoint, 1);

    for (int i = 0; i < connections; i++) {
        peers[i].fd = -1;
        peers[i].buffer = malloc(capacity + 1);
    }

    double started = now_us(), cold = 0, sent = 0, spoke = 0;
    pid_t child = vfork();
    if (child == 0) {
        execv(argv[5], argv + 5);
        _exit(127);
    }

    int handed = 0, answered = 0;
    long idle = 0, early_rss = 0;
    double give_up = started + 120e6;
    while (answered < count && now_us() < give_up) {
        struct pollfd polls[connections + 1];
        int owners[connections + 1], n = 0;
        polls[n] = (struct pollfd){.fd = listener, .events = POLLIN};
        owners[n++] = -1;
        for (int i = 0; i < connections; i++)
            if (peers[i].fd >= 0) {
                polls[n] = (struct pollfd){.fd = peers[i].fd, .events = POLLIN};
                owners[n++] = i;
            }
        for (int i = 0; i < connections; i++)
            if (peers[i].fd >= 0 && peers[i].speaks_at > 0 && now_us() >= peers[i].speaks_at) {
                peers[i].speaks_at = 0;
                spoke = now_us();
                send_all(peers[i].fd, model_first.bytes, model_first.count);
                send_all(peers[i].fd, model_rest.bytes, model_rest.count);
            }
        // Leaves the processor to the start; never sleeps afterwards: on a virtual machine, waking this process
        // would cost more than what is measured.
        if (poll(polls, (nfds_t)n, handed == 0 ? 1000 : 0) == 0) {
            if ((handed == 0 || ++idle % 100000 == 0) && waitpid(child, NULL, WNOHANG) == child) {
                fprintf(stderr, "runtime_api: the bootstrap exited\n");
                return 1;
            }
            continue;
        }
        if (polls[0].revents & POLLIN) {
            int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            for (int i = 0; i < connections; i++)
                if (peers[i].fd < 0) {
                    peers[i].fd = fd;
                    peers[i].used = 0;
                    peers[i].speaks_at = 0;
                    break;
                }
        }
        for (int k = 1; k < n; k++) {
            if (!polls[k].revents) continue;
            struct peer *p = &peers[owners[k]];
            ssize_t got = recv(p->fd, p->buffer + p->used, capacity - p->used, 0);
            if (got <= 0) {
                close(p->fd);
                p->fd = -1;
                continue;
            }
            p->used += (size_t)got;
            p->buffer[p->used] = 0;
            for (size_t length; (length = complete_request(p)) > 0;) {
                char answer[512];
                char *space = strchr(p->buffer, ' ');
                char *path = space ? space + 1 : p->buffer;
                if (strncmp(path, "/model/", 7) == 0) {
                    send_all(p->fd, model_head.bytes, model_head.count);
                    p->speaks_at = now_us() + think;
                } else if (memmem(path, 256, "/@connections/", 14) || memmem(path, 256, "/%40connections/", 16)) {
                    if (spoke > 0 && first_delta[answered] == 0) first_delta[answered] = now_us() - spoke;
                    static const char taken[] = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    send_all(p->fd, taken, sizeof taken - 1);
                } else if (memmem(p->buffer, length, "DynamoDB_20120810.Query", 23)) {
                    send_all(p->fd, history.bytes, history.count);
                } else if (strncmp(path, "/2018-06-01/runtime/", 20) != 0) {
                    static const char ok[] =
                        "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n{}";
                    send_all(p->fd, ok, sizeof ok - 1);
                } else if (strncmp(path + 20, "invocation/next", 15) == 0) {
                    if (handed == 0) cold = now_us() - started;
                    struct timespec t;
                    clock_gettime(CLOCK_REALTIME, &t);
                    int m = snprintf(answer, sizeof answer,
                        "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-%012d\r\n"
                        "lambda-runtime-deadline-ms: %lld\r\nlambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
                        "lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-2:123456789012:function:f\r\n"
                        "content-type: application/json\r\ncontent-length: %zu\r\n\r\n",
                        handed, (long long)t.tv_sec * 1000 + 10000, event_size);
                    char *whole = malloc((size_t)m + event_size);
                    memcpy(whole, answer, (size_t)m);
                    memcpy(whole + m, event, event_size);
                    handed++;
                    sent = now_us();
                    send_all(p->fd, whole, (size_t)m + event_size);
                    free(whole);
                } else {
                    if (strstr(path, "/error HTTP")) {
                        fprintf(stderr, "runtime_api: the handler failed: %.*s\n", (int)length, p->buffer);
                        kill(child, SIGKILL);
                        return 1;
                    }
                    warm[answered++] = now_us() - sent;
                    spoke = 0;
                    if (answered == warm_up) early_rss = resident_kb(child);
                    static const char accepted[] = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
                    send_all(p->fd, accepted, sizeof accepted - 1);
                }
                memmove(p->buffer, p->buffer + length, p->used - length + 1);
                p->used -= length;
            }
        }
    }
    long rss = resident_kb(child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    if (answered < count) {
        fprintf(stderr, "runtime_api: %d of %d answers\n", answered, count);
        return 1;
    }
    printf("{\"cold_us\": %.0f, \"early_rss_kb\": %ld, \"rss_kb\": %ld, \"warm_us\": [", cold, early_rss, rss);
    for (int i = warm_up; i < count; i++) printf("%s%.1f", i > warm_up ? ", " : "", warm[i]);
    printf("], \"first_delta_us\": [");
    for (int i = warm_up; i < count; i++) printf("%s%.1f", i > warm_up ? ", " : "", first_delta[i]);
    printf("]}\n");
    return 0;
}
