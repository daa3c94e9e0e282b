using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.TestKit;

/// <summary>What was published on a real bus in memory, by type, in order.</summary>
internal sealed class RecordingBus : IPublishObserver
{
    private readonly ConcurrentQueue<object> _messages = new();

    public IReadOnlyList<T> Of<T>() => [.. _messages.OfType<T>()];

    /// <summary>Registers MassTransit in memory; <see cref="StartAsync"/> starts it.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<RecordingBus>();
        services.AddMassTransit(bus => bus.UsingInMemory());
    }

    public static async Task<RecordingBus> StartAsync(RegistryUnderTest registry)
    {
        var recording = registry.Get<RecordingBus>();
        registry.Get<IBus>().ConnectPublishObserver(recording);
        await registry.Get<IBusControl>().StartAsync();
        return recording;
    }

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class
    {
        _messages.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
