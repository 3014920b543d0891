/* demo_child.c -- processes of the demo, which are this very program with other words.
 *
 * Invariants:  1. A child ends when we end, also by kill -9: the kernel sends it SIGTERM
 *                 (PR_SET_PDEATHSIG); were we gone before that, it goes at once.
 *              2. Ctrl-C reaches us alone: each child is a group of its own, and is ended by us.
 * Not chosen:  threads.  A carrier and a bank in one process with the centre prove nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 16, WAIT_SLICE_MS = 50, END_MS = 10000, START_MS = 120000, TELL_MS = 2000 };

/* In the child.  Never comes back. */
_Noreturn static void become(pid_t parent, int out, int log, const char *const *words)
{
    const char *argument[WORDS_MAX + 2] = {"cutline"};
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(EXIT_STOPPED);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    int none = open("/dev/null", O_RDONLY);
    if (none < 0 || dup2(none, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(log, STDERR_FILENO) < 0)
        _exit(EXIT_FAILED);
    for (unsigned i = 0; i < WORDS_MAX && words[i] != NULL; i++)
        argument[i + 1] = words[i];
    execv("/proc/self/exe", (char *const *)argument);
    _exit(EXIT_FAILED);
}

enum status demo_child_start(struct demo_child *child, const char *name, const char *folder,
                             const char *const *words)
{
    char path[PATH_MAX];
    int ends[2];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/log/%s.log", folder, name);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        return STATUS_IO;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        (void)close(log);
        return STATUS_IO;
    }
    pid_t parent = getpid();
    pid_t id = fork();
    if (id == 0)
        become(parent, ends[1], log, words);
    (void)close(ends[1]);
    (void)close(log);
    if (id < 0) {
        (void)close(ends[0]);
        return STATUS_IO;
    }
    child->id = id;
    child->out = ends[0];
    child->name = name;
    return STATUS_OK;
}

enum status demo_child_read(const struct demo_child *child, const char *word, struct text *into)
{
    for (int waited = 0; waited < START_MS && !stop_asked(); waited += WAIT_SLICE_MS) {
        struct pollfd from = {.fd = child->out, .events = POLLIN};
        char bytes[1024];
        const char *at = word[0] == '\0' ? NULL : strstr(into->at, word);
        if (at != NULL && strchr(at, '\n') != NULL)
            return STATUS_OK;
        if (waited > 0 && waited % TELL_MS == 0 && child->waited != NULL)
            child->waited(child->self, waited / SECOND_MS);
        if (poll(&from, 1, WAIT_SLICE_MS) <= 0)
            continue;
        ssize_t got = read(child->out, bytes, sizeof bytes);
        if (got == 0) /* it wrote all it had to */
            return word[0] == '\0' ? STATUS_OK : STATUS_IO;
        if (got < 0 && errno != EINTR)
            return STATUS_IO;
        if (got > 0)
            text_add(into, (struct slice){bytes, (size_t)got});
    }
    return STATUS_IO;
}

static void forget(struct demo_child *child)
{
    (void)close(child->out);
    *child = (struct demo_child){0};
}

bool demo_child_ended(struct demo_child *child)
{
    if (child->id == 0 || waitpid(child->id, NULL, WNOHANG) != child->id)
        return false;
    forget(child);
    return true;
}

void demo_child_stop(struct demo_child *child)
{
    if (child->id == 0)
        return;
    (void)kill(child->id, SIGTERM);
    for (int waited = 0; waited < END_MS; waited += WAIT_SLICE_MS) {
        if (demo_child_ended(child))
            return;
        struct timespec pause = {0, WAIT_SLICE_MS * 1000000};
        (void)nanosleep(&pause, NULL);
    }
    (void)kill(child->id, SIGKILL);
    (void)waitpid(child->id, NULL, 0);
    forget(child);
}
