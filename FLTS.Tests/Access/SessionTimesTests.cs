using FLTS.Modules.Access;
using FLTS.Modules.Registry.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Access;

/// <summary>When sessions, links and keys end, by a clock that is set; on both databases.</summary>
[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
[Parallelizable]
internal sealed class SessionTimesTests(Database database)
{
    private Clock _clock = null!;
    private SetAdminKey _admin = null!;
    private RegistryUnderTest _registry = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        (_clock, _admin) = (new Clock(), new SetAdminKey());
        _registry = await RegistryUnderTest.ReadyAsync(database, (services, configuration) =>
        {
            services.AddSingleton<TimeProvider>(_clock).AddSingleton<IAdminKey>(_admin).AddSingleton<IStartupGate>(new OpenGate());
            new AccessModule().AddServices(services, configuration);
        });
    }

    [TearDown]
    public async Task DisposeAsync() => await _registry.DisposeAsync();

    [Test]
    public async Task A_session_ends_after_twelve_hours_without_use_and_after_seven_days_with_it()
    {
        var (idle, used) = (await OpenAsync("admin"), await OpenAsync("admin"));
        var began = _clock.Now;
        var days = new List<bool>();
        for (; _clock.Now - began < TimeSpan.FromDays(7.2); _clock.Now += TimeSpan.FromHours(11))
            days.Add(await IsKnownAsync(used));

        Assert.That(days.Count(d => d), Is.EqualTo(16), "until 165 of 168 hours");
        Assert.That(days.SkipWhile(d => d), Is.All.False);
        Assert.That(await IsKnownAsync(idle), Is.False);
    }

    [Test]
    public async Task A_session_that_is_not_used_for_twelve_hours_ends()
    {
        var session = await OpenAsync("admin");
        _clock.Now += TimeSpan.FromHours(11.9);
        var before = await IsKnownAsync(session);
        _clock.Now += TimeSpan.FromHours(12);

        Assert.That((before, await IsKnownAsync(session)), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_session_ends_when_its_key_expires_and_when_the_admin_key_is_another_one()
    {
        var made = await _registry.Get<KeyService>().CreateAsync(
            new KeyRequest(Roles.Read, null, _clock.Now.AddHours(2)), Caller.Admin, default);
        var (ofKey, ofAdmin) = (await OpenAsync(made.Key), await OpenAsync("admin"));
        _clock.Now += TimeSpan.FromHours(1.9);
        var before = await IsKnownAsync(ofKey);
        _clock.Now += TimeSpan.FromHours(0.2);
        var (after, admin) = (await IsKnownAsync(ofKey), await IsKnownAsync(ofAdmin));
        _admin.Value = "another";

        Assert.That((before, after, admin), Is.EqualTo((true, false, true)));
        Assert.That(await IsKnownAsync(ofAdmin), Is.False);
    }

    [Test]
    public async Task A_link_waits_for_two_minutes()
    {
        var service = _registry.Get<SessionService>();
        var (inTime, late) = (await service.LinkAsync(Caller.Admin, default), await service.LinkAsync(Caller.Admin, default));
        _clock.Now += TimeSpan.FromSeconds(119);
        var opened = await service.OpenByLinkAsync(inTime.Token, default);
        _clock.Now += TimeSpan.FromSeconds(2);

        Assert.That(opened?.Caller, Is.EqualTo(Caller.Admin));
        Assert.That(await service.OpenByLinkAsync(late.Token, default), Is.Null);
        Assert.That(await service.OpenByLinkAsync(inTime.Token, default), Is.Null);
    }

    [Test]
    public async Task What_has_ended_is_forgotten_and_when_keys_were_used_is_noted()
    {
        var made = await _registry.Get<KeyService>().CreateAsync(new KeyRequest(Roles.Read, "one", null), Caller.Admin, default);
        await OpenAsync(made.Key);
        await _registry.Get<SessionService>().LinkAsync(Caller.Admin, default);
        await _registry.Get<AuditStore>().AddAsync(new AuditedCall(Caller.Admin, "key", null, "POST", "/keys"), default);
        var loop = ActivatorUtilities.CreateInstance<AccessLoop>(_registry.Get<IServiceProvider>());
        var used = _clock.Now;
        await loop.LookAsync(default);
        var key = await _registry.Get<KeyStore>().FindAsync(made.Id, default);
        _clock.Now += TimeSpan.FromHours(13);
        await loop.LookAsync(default);
        var sessions = await _registry.UseAsync(db => Task.FromResult(db.Sessions.Count()));
        var audit = await _registry.UseAsync(db => Task.FromResult(db.Audit.Count()));
        _clock.Now += TimeSpan.FromDays(401);
        await loop.LookAsync(default);

        Assert.That(key!.UsedAt, Is.EqualTo(used));
        Assert.That((sessions, audit), Is.EqualTo((0, 1)));
        Assert.That(await _registry.UseAsync(db => Task.FromResult(db.Audit.Count())), Is.Zero);
    }

    [Test]
    public async Task Who_opens_more_sessions_than_a_key_may_have_ends_the_one_unused_for_longest()
    {
        var (store, most) = (_registry.Get<SessionStore>(), 3);
        for (var i = 0; i < 5; i++)
        {
            await store.AddAsync(new NewSession($"{i}", true, null, "proof", _clock.Now.AddDays(1)), most, default);
            _clock.Now += TimeSpan.FromMinutes(1);
        }

        var left = await Task.WhenAll(Enumerable.Range(0, 5).Select(async i => await store.FindAsync($"{i}", default) is not null));
        Assert.That(left, Is.EqualTo(new[] { false, false, true, true, true }));
    }

    private async Task<string> OpenAsync(string key) =>
        (await _registry.Get<SessionService>().OpenByKeyAsync(key, default)).Session!.Secret;

    private async Task<bool> IsKnownAsync(string secret)
    {
        var request = new DefaultHttpContext { Request = { Host = new HostString("flts", 8080) } }.Request;
        request.Headers.Cookie = $"flts_session_8080={secret}";
        return (await _registry.Get<ICallers>().OfSessionAsync(request, default)).Caller is not null;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    private sealed class SetAdminKey : IAdminKey
    {
        public string Value { get; set; } = "admin";

        public bool Matches(string? given) => given == Value;

        public string Proof(string secret) => Secrets.HashOf(secret + Value);
    }

    private sealed class OpenGate : IStartupGate
    {
        public Task OpenedAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}
