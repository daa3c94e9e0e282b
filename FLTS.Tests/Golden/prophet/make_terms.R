# Makes terms.json and cross_validation.json with R prophet (Debian: r-cran-prophet, r-cran-jsonlite):
#   Rscript make_terms.R FOLDER
# Small synthetic series, one for each kind of term that synthetic_*.json leave out.
suppressWarnings(suppressMessages({ library(prophet); library(jsonlite) }))
out <- commandArgs(TRUE)[1]
text <- function(t) format(t, "%Y-%m-%dT%H:%M:%S", tz = "GMT")

series <- function(n, step, first = "2019-03-02") {
  ds <- as.POSIXct(first, tz = "GMT") + step * (0:(n - 1))
  days <- as.numeric(ds) / 86400
  t <- (0:(n - 1)) / (n - 1)
  list(n = n, ds = ds, days = days, t = t, week = sin(2 * pi * days / 7) + 0.5 * cos(4 * pi * days / 7), noise = rnorm(n))
}

fit <- function(s, y, future, columns = list(), seasonalities = list(), regressors = list(), holidays = NULL, ...) {
  y <- signif(y, 7)
  df <- do.call(data.frame, c(list(ds = s$ds, y = y), columns))
  m <- prophet(df = NULL, holidays = holidays, uncertainty.samples = 300, ...)
  for (x in seasonalities) m <- do.call(add_seasonality, c(list(m), x))
  for (x in regressors) m <- do.call(add_regressor, c(list(m), x))
  history <- seq_len(s$n - future)
  m <- suppressMessages(fit.prophet(m, df[history, ]))
  f <- predict(m, df)
  X <- prophet:::make_all_seasonality_features(m, m$history)$seasonal.features
  terms <- intersect(setdiff(names(f), c("ds", "cap", "floor", "yhat")), c("trend", colnames(f)[!grepl("_lower$|_upper$", colnames(f))]))
  list(
    rows = length(history), ds = text(s$ds), y = y, columns = lapply(columns, as.numeric), seasonalities = seasonalities, regressors = regressors,
    holidays = if (is.null(holidays)) NULL else transform(holidays, ds = format(ds)), settings = list(...),
    y_scale = m$y.scale, changepoints = I(text(m$changepoints)), names = I(colnames(X)), X_first_row = I(as.numeric(X[1, ])), X_last_row = I(as.numeric(X[nrow(X), ])),
    k = m$params$k, m = m$params$m, delta = I(as.numeric(m$params$delta)), beta = I(as.numeric(m$params$beta)), sigma_obs = m$params$sigma_obs,
    yhat = f$yhat, terms_last_row = as.list(f[nrow(f), terms]), width_last_row = f$yhat_upper[nrow(f)] - f$yhat_lower[nrow(f)])
}

set.seed(20190302)
cases <- list()

s <- series(190, 86400)
heat <- round(20 + 8 * sin(s$days * 0.37) + rnorm(s$n), 2); open <- rbinom(s$n, 1, 0.4); promo <- rbinom(s$n, 1, 0.3); load <- round(runif(s$n), 3)
cases$regressors <- fit(s, 50 + 10 * s$t + 3 * s$week + 0.6 * heat + 4 * open + 2 * promo + 5 * load * (1 + s$t) + 0.5 * s$noise, 30,
  columns = list(heat = heat, open = open, promo = promo, load = load),
  regressors = list(list(name = "heat", prior.scale = 0.5), list(name = "open"), list(name = "promo", standardize = TRUE), list(name = "load", mode = "multiplicative")))

s <- series(320, 86400)
summer <- as.POSIXlt(s$ds)$mon %in% 4:8
cases$conditional <- fit(s, 20 + 4 * s$t + ifelse(summer, 3, 1) * s$week + 0.4 * s$noise, 40, columns = list(summer = summer, winter = !summer), weekly.seasonality = FALSE,
  seasonalities = list(list(name = "summer_week", period = 7, fourier.order = 3, condition.name = "summer"),
                       list(name = "winter_week", period = 7, fourier.order = 2, prior.scale = 3, mode = "multiplicative", condition.name = "winter")))

s <- series(240, 86400)
floor <- rep(100, s$n); cap <- round(150 + 10 * s$t, 3)
cases$floor <- fit(s, 100 + 50 / (1 + exp(-8 * (s$t - 0.4))) + 1.5 * s$week + 0.5 * s$noise, 40, columns = list(cap = cap, floor = floor), growth = "logistic")

s <- series(200, 86400)
cases$flat <- fit(s, 7 * (1 + 0.2 * s$week) + sin(2 * pi * s$days / 30.5) + 0.3 * s$noise, 30, growth = "flat", seasonality.mode = "multiplicative",
  seasonalities = list(list(name = "monthly", period = 30.5, fourier.order = 2, prior.scale = 2, mode = "additive")))

s <- series(400, 3600)
cases$hourly <- fit(s, 1e6 * (5 + 2 * sin(2 * pi * s$days) + 0.5 * s$week - 2 * s$t + 0.3 * s$noise), 60)

s <- series(260, 86400)
holidays <- rbind(data.frame(holiday = "feast", ds = as.Date(s$ds[c(30, 120, 245)]), lower_window = -1, upper_window = 2, prior_scale = 4),
                  data.frame(holiday = "strike", ds = as.Date(s$ds[c(60, 200)]), lower_window = 0, upper_window = 0, prior_scale = 0.5))
on <- as.numeric(as.Date(s$ds) %in% holidays$ds[1:3]); strike <- as.numeric(as.Date(s$ds) %in% holidays$ds[4:5])
cases$holidays <- fit(s, 30 + 5 * s$t + 2 * s$week + 9 * on - 6 * strike + 0.5 * s$noise, 30, holidays = holidays, holidays.prior.scale = 7)

s <- series(150, 86400)
cases$changepoints <- fit(s, 10 + 6 * s$t - 14 * pmax(0, s$t - 0.5) + s$week + 0.3 * s$noise, 20, changepoints = format(s$ds[c(21, 64, 90)], "%Y-%m-%d"), changepoint.prior.scale = 0.5)

s <- series(60, 86400 * 30.4375)
cases$monthly <- fit(s, 100 + 20 * s$t + 9 * sin(2 * pi * s$days / 365.25) + 2 * s$noise, 10, n.changepoints = 5, changepoint.range = 0.6, yearly.seasonality = 4)

write_json(cases, file.path(out, "terms.json"), digits = 15, auto_unbox = TRUE, null = "null", na = "null")

# A flat trend is a quadratic problem that Stan solves too: forecasts agree, not only the averages over them.
s <- series(120, 86400)
df <- data.frame(ds = s$ds, y = signif(12 + 3 * s$week + s$noise, 7))
m <- suppressMessages(prophet(df, growth = "flat", weekly.seasonality = 3, uncertainty.samples = 1000))
cv <- suppressMessages(cross_validation(m, horizon = 14, units = "days", period = 7, initial = 60))
performance <- lapply(list(tenth = 0.1, none = 0, half = 0.5, all = 1), function(w) {
  p <- performance_metrics(cv, rolling_window = w)
  p$horizon <- as.numeric(p$horizon, units = "days")
  as.list(p)
})
write_json(list(ds = text(df$ds), y = df$y, cutoffs = text(sort(unique(cv$cutoff))),
                rows = list(cutoff = text(cv$cutoff), ds = text(cv$ds), y = cv$y, yhat = cv$yhat, yhat_lower = cv$yhat_lower, yhat_upper = cv$yhat_upper), performance = performance),
           file.path(out, "cross_validation.json"), digits = 15, auto_unbox = FALSE)
