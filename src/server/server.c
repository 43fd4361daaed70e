/* server/server.c - runs and ends all clients of one socket. */

#include "server/server.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/network.h"
#include "server/client.h"

static bool address_allowed(const tp_client *c)
{
    const tp_texts *networks = &c->server->pipelines->settings->listen.allow_from;

    for (size_t i = 0; i < networks->count; i++)
        if (tp_config_network_match(networks->items[i], &c->peer.any))
            return true;
    return networks->count == 0;
}

static void admit(tp_client *c)
{
    tp_server *server = c->server;

    tp_client_begin(c);
    if (!address_allowed(c)) {
        tp_client_close(c);
    } else if (server->connections > server->pipelines->settings->listen.max_connections) {
        c->close = true;
        tp_reply_refuse(c, TP_ERR_OWN_OVERLOADED, "the proxy has reached listen.max_connections");
    }
}

static void on_accepted(tp_server *server, int fd)
{
    tp_client *c = tp_client_new(server);

    uv_tcp_init(server->services->loop, &c->tcp);
    c->tcp.data = c;
    server->connections++;
    tp_metric_set(server->services->metrics, TP_METRIC_CONNECTIONS, server->connections);
    if (uv_tcp_open(&c->tcp, fd) != 0) {
        close(fd);
        tp_client_close(c);
        return;
    }
    admit(c);
}

tp_server *tp_server_new(tp_services *services, tp_pipeline_set *pipelines)
{
    tp_server *server = tp_new(tp_server);

    server->services = services;
    server->pipelines = pipelines;
    server->only_pipeline = -1;
    tp_list_init(&server->clients);
    tp_list_init(&server->dirty);
    server->accepted = on_accepted;
    return server;
}

int tp_server_listen(tp_server *server, const char *address, unsigned port, int fd)
{
    return tp_accept_start(server, address, port, fd);
}

void tp_server_turn(tp_server *server)
{
    tp_list now;

    tp_list_init(&now);
    tp_list_move(&server->dirty, &now);
    for (tp_link *link = tp_list_shift(&now); link; link = tp_list_shift(&now))
        tp_reply_flush(tp_list_entry(link, tp_client, dirty));
}

static bool is_idle(const tp_client *c)
{
    return !c->serving && c->out.length == 0 && !c->writing;
}

static void close_clients(tp_server *server, bool idle_only)
{
    tp_link *next;

    for (tp_link *link = server->clients.head.next; link != &server->clients.head; link = next) {
        tp_client *c = tp_list_entry(link, tp_client, link);

        next = link->next;
        c->close = true;
        if (!idle_only || is_idle(c))
            tp_client_close(c);
    }
}

void tp_server_abort(tp_server *server, tp_err err, const char *message)
{
    tp_link *next;

    for (tp_link *link = server->clients.head.next; link != &server->clients.head; link = next) {
        tp_client *c = tp_list_entry(link, tp_client, link);

        next = link->next;
        if (c->x)
            tp_driver_abort(c->x, err, message);
        tp_reply_flush(c);
    }
}

void tp_server_drain(tp_server *server)
{
    server->draining = true;
    tp_accept_stop(server);
    close_clients(server, true);
    if (server->connections == 0 && server->drained)
        server->drained(server);
}

void tp_server_close(tp_server *server)
{
    server->drained = NULL;
    tp_accept_stop(server);
    close_clients(server, false);
}

void tp_server_free(tp_server *server)
{
    while (server && server->spare_count)
        tp_buffer_free(&server->spare[--server->spare_count]);
    free(server);
}
