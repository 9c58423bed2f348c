namespace FleetConsole.Server.Sources.Prometheus;

/// <summary>Prometheus did not give an answer that can be used. The message names the query and the next step.</summary>
internal abstract class PrometheusException(string message, Exception? cause) : Exception(message, cause);

/// <summary>No answer: no connection, a deadline, 503, or an answer cut off.</summary>
internal sealed class PrometheusUnavailableException(Uri endpoint, string query, string what, Exception? cause = null)
    : PrometheusException($"Prometheus at {endpoint.GetLeftPart(UriPartial.Authority)} {what}. Check that it runs and that the console reaches it. Query: {query}", cause);

/// <summary>Prometheus refused the query (400, 422) or another status said that asking again will not help.</summary>
internal sealed class PrometheusRefusedException(Uri endpoint, string query, string what)
    : PrometheusException($"Prometheus at {endpoint.GetLeftPart(UriPartial.Authority)} refused the query: {what}. Check the metric and label names in the configuration. Query: {query}", null);

/// <summary>An answer that is not Prometheus's: not JSON, another result type, too large.</summary>
internal sealed class PrometheusFormatException(Uri endpoint, string query, string what, Exception? cause = null)
    : PrometheusException($"The answer of {endpoint.GetLeftPart(UriPartial.Authority)} is not one of Prometheus's query API: {what}. Check that the address is Prometheus's and not a proxy's. Query: {query}", cause);

/// <summary>An answer without the series that were asked for: a metric by another name, or none of it.</summary>
internal sealed class PrometheusMissingException(Uri endpoint, string query, string setting)
    : PrometheusException($"Prometheus at {endpoint.GetLeftPart(UriPartial.Authority)} has no such series. Compare {setting} in the configuration with what the servers export. Query: {query}", null);

/// <summary>Series that lack a label by which the console tells them apart.</summary>
internal sealed class PrometheusLabelException(Uri endpoint, string query, string label, string setting)
    : PrometheusException($"The series of Prometheus at {endpoint.GetLeftPart(UriPartial.Authority)} have no label \"{label}\". Compare {setting} in the configuration with the servers' labels. Query: {query}", null);
