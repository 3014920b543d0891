/* notify.c -- a word to the service manager: sd_notify(3), in the few lines that it takes.
 *
 * Not chosen: libsystemd.  It is one datagram. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_manager(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@'))
        return;
    size_t size = strlen(path);
    if (size >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, size);
    if (path[0] == '@') /* an abstract name begins with NUL */
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t room = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, room);
    (void)close(fd); /* whoever does not listen misses it */
}

int64_t notify_interval_ms(void)
{
    const char *word = getenv("WATCHDOG_USEC");
    long long us = word == NULL ? 0 : strtoll(word, NULL, 10);
    return us > 0 ? us / 1000 / 3 : 0;
}
