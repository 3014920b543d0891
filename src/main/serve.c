/* serve.c -- `cutline serve`: the engine as a service.
 *
 * The first SIGTERM or Ctrl-C stops it gently, the second at once; both are safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "service.h"
#include "stop.h"

#include <signal.h>
#include <sys/stat.h>

enum exit_code verb_serve(const struct command *command)
{
    static struct service service;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL); /* who hangs up is not our end */
    (void)umask(S_IRWXG | S_IRWXO);          /* what the libraries make is for us alone, too */
    stop_listen();
    reload_listen();
    enum exit_code code = service_open(&service, command);
    if (code != EXIT_DONE)
        return code; /* nothing needs an end: what is half open was not promised to anybody */
    service_keep(&service);
    return service_close(&service);
}
