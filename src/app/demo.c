/* app/demo.c - the scripted provider inside the process, behind a loopback socket of its own. */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/private.h"

/* The socket comes before the settings, because they name its port. */
static int bind_any(unsigned *port)
{
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(where);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&where, size) != 0 || getsockname(fd, (struct sockaddr *)&where, &size) != 0)
        return -1;
    *port = ntohs(where.sin_port);
    return fd;
}

bool tp_app_demo_prepare(tp_app *app)
{
    static const struct {
        const char *name, *path;
    } URLS[4] = {
        { "providers.openai.base_url", "/v1" },
        { "providers.anthropic.base_url", "" },
        { "providers.gemini.base_url", "" },
        { "providers.ollama.base_url", "" },
    };

    app->demo_fd = bind_any(&app->demo_port);
    if (app->demo_fd < 0) {
        fprintf(stderr, "tokenpak: the demo's provider has no socket: %s\n", strerror(errno));
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        snprintf(app->demo_urls[i], sizeof(app->demo_urls[i]), "http://127.0.0.1:%u%s", app->demo_port, URLS[i].path);
        app->overrides[app->source.override_count++] = (tp_config_override){ URLS[i].name, "--demo", app->demo_urls[i] };
    }
    return true;
}

bool tp_app_demo_serve(tp_app *app)
{
    app->demo = tp_server_new(&app->services, app->pipelines);
    app->demo->only_pipeline = TP_PIPELINE_DEMO;
    app->demo->owner = app;
    app->demo->wake = app->server->wake;
    app->turn.servers[1] = app->demo;
    return tp_server_listen(app->demo, "127.0.0.1", app->demo_port, app->demo_fd) == 0;
}

/* Invented requests do not belong between the real ones: unless another file is named, they stay in memory. */
bool tp_app_demo_wants_memory(const tp_settings *settings)
{
    static const char END[] = "/.tokenpak/monitor.db";
    const char *path = settings->store.path, *home = getenv("HOME");
    size_t length = home ? strlen(home) : 0;

    return path[0] == '~' || (home && strncmp(path, home, length) == 0 && strcmp(path + length, END) == 0);
}
