/* admin/metrics.c - all metrics for a scraper, as Prometheus text or OpenMetrics. */

#include "admin/private.h"
#include "base/metrics.h"
#include "config/settings.h"

static bool wants_openmetrics(const tp_admin_call *call)
{
    for (size_t i = 0; i < call->header_count; i++)
        if (tp_bytes_equal_nocase(call->headers[i].name, TP_BYTES("accept")) &&
            tp_bytes_contains(call->headers[i].value, TP_BYTES("application/openmetrics-text")))
            return true;
    return false;
}

void tp_admin_metrics(tp_admin *admin, tp_admin_call *call)
{
    tp_buffer body = TP_BUFFER(TP_ADMIN_LARGEST);
    bool openmetrics = wants_openmetrics(call);

    if (!admin->settings->metrics.prometheus) {
        tp_admin_reply_refuse(call, TP_ERR_CALLER_NOT_FOUND, "metrics.prometheus is off");
        return;
    }
    tp_metrics_print(admin->services->metrics, openmetrics, &body);
    tp_admin_reply_text(
        call, openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8",
        &body);
}
