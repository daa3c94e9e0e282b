using FLTS.Modules.Registry.Steps;
using FLTS.Tests.Architecture;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Mono.Cecil;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class EventPublisherTests
{
    [Test]
    public async Task A_bus_that_does_not_answer_is_waited_for_a_second_and_no_longer()
    {
        var (services, time) = (Bus(), new FakeTimeProvider());
        await using var _ = services;
        services.GetRequiredService<IBus>().ConnectPublishObserver(new Stuck());
        var publisher = new EventPublisher(services.GetRequiredService<IBus>(), time, NullLogger<EventPublisher>.Instance);

        var publishing = publisher.PublishAsync(new ModelTraining(default, "GRU", default, default, default, "RUNNING", null), default);
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.That(publishing.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.That(await publishing.WaitAsync(TimeSpan.FromSeconds(30)), Is.False);
    }

    [Test]
    public async Task Who_stops_waiting_himself_is_told_so()
    {
        await using var services = Bus();
        using var stopped = new CancellationTokenSource();
        services.GetRequiredService<IBus>().ConnectPublishObserver(new Stuck());
        var publisher = new EventPublisher(
            services.GetRequiredService<IBus>(), new FakeTimeProvider(), NullLogger<EventPublisher>.Instance);

        var publishing = publisher.PublishAsync(
            new ModelTraining(default, "GRU", default, default, default, "RUNNING", null), stopped.Token);
        await stopped.CancelAsync();

        Assert.That(async () => await publishing, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Nobody_else_publishes() => Assert.That(
        from type in Assemblies.Modules.GetTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference { Name: "Publish" } called
            && called.DeclaringType.Namespace.StartsWith("MassTransit", StringComparison.Ordinal)
        select TypeUses.Outermost(type).Name,
        Is.EqualTo(new[] { nameof(EventPublisher) }));

    private static ServiceProvider Bus()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddMassTransit(bus => bus.UsingInMemory());
        return services.BuildServiceProvider();
    }

    /// <summary>As a transport without a connection.</summary>
    private sealed class Stuck : IPublishObserver
    {
        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Task.Delay(Timeout.Infinite);

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
