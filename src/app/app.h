/* app/app.h - the daemon: builds every room, runs the loop, takes everything down again. */

#ifndef TP_APP_APP_H
#define TP_APP_APP_H

#include "config/load.h"

typedef struct tp_app_options {
    tp_config_source source; /* sections are filled in by the app */
    bool demo;               /* start the scripted provider inside and let the built-in providers point at it */
    /* Told once it serves, with the port (listen.port may be 0); may be NULL. On the loop's thread. */
    void (*serving)(void *arg, unsigned port);
    void *arg;
} tp_app_options;

/* Runs until it is told to stop. The exit code: 0, 1 cannot bind or store, 2 bad config; the reason was printed. */
int tp_app_serve(const tp_app_options *options);

/* Asks a running tp_app_serve to drain and return; any thread. */
void tp_app_stop(void);

/* The sections of all stages, for `config check`, `example` and `show`. */
const tp_section *tp_app_sections(size_t *count);

#endif
