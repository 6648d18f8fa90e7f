// Wall time and peak memory of one command, from a parent so small that its own memory is not in the number
// (a forked child's ru_maxrss begins with what its parent had).
//
//   measure COMMAND [ARG …]      prints "<milliseconds> <kilobytes>" to file descriptor 3
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 2) return 64;
    double began = now_ms();
    pid_t child = fork();
    if (child == 0) {
        close(3);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) return 70;
    dprintf(3, "%.3f %ld\n", now_ms() - began, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
